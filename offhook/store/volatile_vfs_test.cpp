#include "offhook/store/volatile_vfs_test.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace offhook::store {
namespace {

using Lock = std::unique_lock<std::mutex>;

// The file object that SQLite holds: ours, then the real one's octets.
struct File {
    sqlite3_file base;
    VolatileVfs* vfs;
    VolatileVfs::Image* image;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& file_of(sqlite3_file* f) { return *reinterpret_cast<File*>(f); }
VolatileVfs& vfs_of(sqlite3_vfs* v) { return *static_cast<VolatileVfs*>(v->pAppData); }

int close(sqlite3_file* f) {
    sqlite3_file* real = file_of(f).real();
    return real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
}

int read(sqlite3_file* f, void* to, int amount, sqlite3_int64 offset) {
    File& file = file_of(f);
    const Lock lock(file.vfs->mutex);
    if (file.vfs->off()) return SQLITE_IOERR_READ;
    const std::vector<char>& seen = file.image->seen;
    const auto from = std::min(static_cast<std::size_t>(offset), seen.size());
    const auto count = std::min(static_cast<std::size_t>(amount), seen.size() - from);
    if (count != 0) std::memcpy(to, seen.data() + from, count);
    if (count == static_cast<std::size_t>(amount)) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + count, 0, static_cast<std::size_t>(amount) - count);
    return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* f, const void* from, int amount, sqlite3_int64 offset) {
    File& file = file_of(f);
    Lock lock(file.vfs->mutex);
    if (file.vfs->full()) return SQLITE_FULL;
    if (file.vfs->change(lock)) return SQLITE_IOERR_WRITE;
    const auto* bytes = static_cast<const char*>(from);
    const auto at = static_cast<std::size_t>(offset), size = static_cast<std::size_t>(amount);
    std::vector<char>& seen = file.image->seen;
    if (seen.size() < at + size) seen.resize(at + size);
    std::copy_n(bytes, size, seen.begin() + offset);
    file.image->unsynced.push_back({at, {bytes, bytes + size}, false});
    return SQLITE_OK;
}

int truncate(sqlite3_file* f, sqlite3_int64 size) {
    File& file = file_of(f);
    Lock lock(file.vfs->mutex);
    if (file.vfs->change(lock)) return SQLITE_IOERR_TRUNCATE;
    file.image->seen.resize(static_cast<std::size_t>(size));
    file.image->unsynced.push_back({static_cast<std::size_t>(size), {}, true});
    return SQLITE_OK;
}

int sync(sqlite3_file* f, int) {
    File& file = file_of(f);
    Lock lock(file.vfs->mutex);
    if (file.vfs->change(lock)) return SQLITE_IOERR_FSYNC;
    file.vfs->count_sync();
    file.image->durable = file.image->seen;
    file.image->unsynced.clear();
    if (std::exchange(file.image->created, false)) file.vfs->sync_directory();  // as SQLite does for a journal or log that it made
    return SQLITE_OK;
}

int file_size(sqlite3_file* f, sqlite3_int64* size) {
    File& file = file_of(f);
    const Lock lock(file.vfs->mutex);
    *size = static_cast<sqlite3_int64>(file.image->seen.size());
    return file.vfs->off() ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

int lock_file(sqlite3_file* f, int level) { return file_of(f).real()->pMethods->xLock(file_of(f).real(), level); }
int unlock_file(sqlite3_file* f, int level) { return file_of(f).real()->pMethods->xUnlock(file_of(f).real(), level); }
int check_lock(sqlite3_file* f, int* held) { return file_of(f).real()->pMethods->xCheckReservedLock(file_of(f).real(), held); }

int control(sqlite3_file* f, int what, void* argument) {
    // Hints that would make the real, empty file grow, or map it.
    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE || what == SQLITE_FCNTL_MMAP_SIZE) return SQLITE_NOTFOUND;
    return file_of(f).real()->pMethods->xFileControl(file_of(f).real(), what, argument);
}

int sector_size(sqlite3_file* f) { return file_of(f).real()->pMethods->xSectorSize(file_of(f).real()); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return file_of(f).real()->pMethods->xShmMap(file_of(f).real(), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int count, int flags) {
    return file_of(f).real()->pMethods->xShmLock(file_of(f).real(), offset, count, flags);
}
void shm_barrier(sqlite3_file* f) { file_of(f).real()->pMethods->xShmBarrier(file_of(f).real()); }
int shm_unmap(sqlite3_file* f, int remove) { return file_of(f).real()->pMethods->xShmUnmap(file_of(f).real(), remove); }

// Version 2: shared memory, no mapping of the file itself.
const sqlite3_io_methods methods{2,           close,      read,    write,       truncate,        sync,    file_size, lock_file,
                                 unlock_file, check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
                                 shm_unmap,   nullptr,    nullptr};

int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out_flags) {
    VolatileVfs& vfs = vfs_of(v);
    File& file = file_of(f);
    file.base.pMethods = nullptr;
    {
        const Lock lock(vfs.mutex);
        if (vfs.off() || name == nullptr) return SQLITE_CANTOPEN;
    }
    // The real file is only for locks: it is made even where the open is of one that a loss of power brought back.
    const int result = vfs.real->xOpen(vfs.real, name, file.real(), flags | SQLITE_OPEN_CREATE, out_flags);
    if (result != SQLITE_OK) return result;
    const Lock lock(vfs.mutex);
    file.vfs = &vfs;
    file.image = &vfs.image(name);
    file.image->created = file.image->created || !file.image->exists;
    file.image->exists = true;
    file.base.pMethods = &methods;
    return SQLITE_OK;
}

int remove(sqlite3_vfs* v, const char* name, int sync_directory) {
    VolatileVfs& vfs = vfs_of(v);
    Lock lock(vfs.mutex);
    if (vfs.change(lock)) return SQLITE_IOERR_DELETE;
    VolatileVfs::Image& image = vfs.image(name);
    if (!image.exists) return SQLITE_IOERR_DELETE_NOENT;
    if (image.deleted.empty()) image.deleted = image.durable;
    if (sync_directory != 0) vfs.sync_directory();
    image.exists = image.created = false;
    image.seen.clear();
    image.durable.clear();
    image.unsynced.clear();
    lock.unlock();
    std::ignore = vfs.real->xDelete(vfs.real, name, 0);
    return SQLITE_OK;
}

int access(sqlite3_vfs* v, const char* name, int flags, int* out) {
    VolatileVfs& vfs = vfs_of(v);
    const Lock lock(vfs.mutex);
    if (vfs.off()) return SQLITE_IOERR_ACCESS;
    // Like the real one: an empty file does not "exist", since a journal without content means nothing.
    *out = flags == SQLITE_ACCESS_EXISTS ? !vfs.image(name).seen.empty() : 1;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs* v, const char* name, int size, char* out) { return vfs_of(v).real->xFullPathname(vfs_of(v).real, name, size, out); }
int randomness(sqlite3_vfs* v, int size, char* out) { return vfs_of(v).real->xRandomness(vfs_of(v).real, size, out); }
int sleep(sqlite3_vfs* v, int microseconds) { return vfs_of(v).real->xSleep(vfs_of(v).real, microseconds); }
int time_of_day(sqlite3_vfs* v, double* out) { return vfs_of(v).real->xCurrentTime(vfs_of(v).real, out); }
int last_error(sqlite3_vfs* v, int size, char* out) { return vfs_of(v).real->xGetLastError(vfs_of(v).real, size, out); }

}  // namespace

VolatileVfs::VolatileVfs() : real(sqlite3_vfs_find(nullptr)) {
    own_ = *real;
    own_.iVersion = 1;
    own_.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    own_.pNext = nullptr;
    own_.zName = "volatile";
    own_.pAppData = this;
    own_.xOpen = open;
    own_.xDelete = remove;
    own_.xAccess = access;
    own_.xFullPathname = full_path;
    own_.xDlOpen = nullptr;
    own_.xRandomness = randomness;
    own_.xSleep = sleep;
    own_.xCurrentTime = time_of_day;
    own_.xGetLastError = last_error;
    sqlite3_vfs_register(&own_, 1);
}

VolatileVfs::~VolatileVfs() {
    sqlite3_vfs_unregister(&own_);
    sqlite3_vfs_register(real, 1);
}

void VolatileVfs::lose_power_after(int changes, std::uint32_t seed, bool keeps_some) {
    const Lock lock(mutex);
    left_ = changes;
    random_.seed(seed);
    keeps_some_ = keeps_some;
}

bool VolatileVfs::lost() const {
    const Lock lock(mutex);
    return lost_;
}

void VolatileVfs::set_full(bool full) {
    const Lock lock(mutex);
    full_ = full;
}

void VolatileVfs::fail_writes(int count) {
    const Lock lock(mutex);
    failing_writes_ = count;
}

int VolatileVfs::syncs() const {
    const Lock lock(mutex);
    return syncs_;
}

bool VolatileVfs::change(Lock& lock) {
    if (lost_) return true;
    if (left_ < 0 || left_-- > 0) return false;
    for (auto& [path, image] : images_) settle(image);
    lost_ = true;
    lock.unlock();
    if (on_loss) on_loss();
    lock.lock();
    return true;
}

void VolatileVfs::sync_directory() {
    for (auto& [path, image] : images_) image.deleted.clear();
}

void VolatileVfs::apply(std::vector<char>& to, const Change& change, std::size_t length) {
    if (change.truncates) return to.resize(change.offset);
    if (to.size() < change.offset + length) to.resize(change.offset + length);
    std::copy_n(change.bytes.begin(), length, to.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

// What is left of a file without power.
void VolatileVfs::settle(Image& image) {
    constexpr std::size_t sector = 512;
    if (!image.deleted.empty() && random_() % 2 == 0) {
        image.durable = std::move(image.deleted);  // the deletion had not reached the disk, and so nothing of a file of the same name
    } else if (keeps_some_) {
        for (const Change& c : image.unsynced) {
            const auto chance = random_() % 3;
            if (chance == 0) continue;
            std::size_t length = c.bytes.size();
            if (chance == 1 && length > sector) length = random_() % (length / sector) * sector;  // torn
            apply(image.durable, c, length);
        }
    }
    image.seen = image.durable;
    image.exists = !image.durable.empty();
    image.created = false;
    image.unsynced.clear();
    image.deleted.clear();
}

void VolatileVfs::restore_power() {
    const Lock lock(mutex);
    lost_ = false;
    left_ = -1;
}

}  // namespace offhook::store
