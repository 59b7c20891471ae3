#include "offhook/store/connect.hpp"

#include <fcntl.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace offhook::store {
namespace {

sqlite_api::sqlite3* handle_of(soci::session& sql) { return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_; }

std::string system_error(const char* what, const std::string& path) { return std::string(what) + ' ' + path + ": " + std::strerror(errno); }

// Errors that say nothing about the row: the same row may well be written later.
bool is_of_the_row(int result) {
    switch (result & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_NOTADB:
            return false;
        default:
            return true;
    }
}

// A session is used by one thread at a time, and nobody asks how much memory SQLite has: two locks less around every step. Too late,
// and harmless, where something else has used SQLite before.
void configure_once() {
    static const bool done = [] {
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        return true;
    }();
    static_cast<void>(done);
}

}  // namespace

std::string prepare_file(const std::string& path) {
    if (path.empty() || path.find('"') != std::string::npos) return "the path of the database must not be empty or hold a quotation mark";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return system_error("cannot open the database", path);
    struct stat status {};
    std::string error;
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        error = "the database " + path + " is not a regular file";
    } else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::fchmod(file, S_IRUSR | S_IWUSR) != 0) {
        error = system_error("others may read the passwords in the database, and its mode cannot be set to 0600:", path);  // it holds HA1s and keys
    }
    ::close(file);
    return error;
}

void connect(soci::session& sql, const Config& config, bool writes) {
    configure_once();
    sql.open(*soci::factory_sqlite3(), "dbname=\"" + config.path + "\" timeout=5");
    if (writes) {
        std::string mode;
        sql << "PRAGMA journal_mode = WAL", soci::into(mode);
        if (mode != "wal")
            throw soci::soci_error("the file system of " + config.path + " does not allow a write-ahead log (journal mode " + mode + ")");
        sql << (config.durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        sql << "PRAGMA wal_autocheckpoint = " + std::to_string(config.checkpoint_pages);
        sql << "PRAGMA cache_size = -16384";  // KiB: the pages of the calls in progress and of the inner nodes stay at hand
    } else {
        sql << "PRAGMA query_only = 1";
    }
    sql << "PRAGMA foreign_keys = ON";
}

void limit_wait(soci::session& sql, std::chrono::milliseconds limit) {
    sqlite_api::sqlite3_busy_timeout(handle_of(sql), static_cast<int>(limit.count()));
}

Failure current_failure() {
    try {
        throw;
    } catch (const soci::sqlite3_soci_error& e) {
        const bool damaged = (e.result() & 0xff) == SQLITE_CORRUPT || (e.result() & 0xff) == SQLITE_NOTADB;
        return {is_of_the_row(e.result()),
                e.get_error_message() + (damaged ? "; stop offhookd, move this file with its -wal and -shm away, and put a backup in its place, or what "
                                                   "`sqlite3 OLD .recover | sqlite3 NEW` saves"
                                                 : "")};
    } catch (const soci::soci_error& e) {
        return {true, e.get_error_message()};
    }
}

void limit_statements(soci::session& sql, int milliseconds) {
    using Clock = std::chrono::steady_clock;
    thread_local Clock::time_point deadline;
    if (milliseconds == 0) {
        sqlite_api::sqlite3_progress_handler(handle_of(sql), 0, nullptr, nullptr);
        return;
    }
    deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
    const auto expired = [](void* at) { return Clock::now() >= *static_cast<Clock::time_point*>(at) ? 1 : 0; };
    sqlite_api::sqlite3_progress_handler(handle_of(sql), 10'000, expired, &deadline);
}

}  // namespace offhook::store
