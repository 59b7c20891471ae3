#include "offhook/store/store.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "offhook/store/escape.hpp"

namespace offhook::store {

using namespace std::chrono_literals;

namespace {

// How far those who load from both ends of the keys have come.
class Meeting {
public:
    /// Notes that all up to `last` is loaded; true if the other one has been there.
    [[nodiscard]] bool is_beyond(Order order, const std::string& last) {
        const std::lock_guard lock(mutex_);
        (order == Order::rising ? below_ : above_) = escaped(last);  // the order of the database is that of its texts
        return !below_.empty() && !above_.empty() && below_ >= above_;
    }

private:
    std::mutex mutex_;
    std::string below_, above_;
};

}  // namespace

struct Store::Parts {
    Parts(const Config& config, std::unique_ptr<TariffTable> all_tariffs, std::unique_ptr<WriteSession> session, runtime::Mailer* mailer,
          Writer::Note note)
        : tariffs(std::move(all_tariffs)), sessions(config), writer(config, std::move(session), bindings, users, *tariffs, mailer, std::move(note)) {}
    ~Parts() { stop(); }

    std::vector<std::string> stop();
    void load();
    std::expected<void, std::string> load_users();
    std::expected<void, std::string> load_bindings();
    std::expected<void, std::string> load_bindings(Order order, Meeting& meeting);

    BindingTable bindings;
    UserTable users;
    std::unique_ptr<TariffTable> tariffs;
    SessionPool sessions;
    Reader reader{sessions};
    AccountReader account_reader{sessions};
    TotalsReader totals_reader{sessions};
    Writer writer;
    UserAdmin user_admin{writer, users};
    AccountAdmin account_admin{writer};
    TariffAdmin tariff_admin{writer};
    Rerater rerater{reader, account_reader, *tariffs, writer};
    std::string relay_key, nonce_key;
    std::atomic<bool> bindings_loaded{false};
    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    std::string load_error;
    std::thread loader;
};

std::vector<std::string> Store::Parts::stop() {
    {
        const std::lock_guard lock(mutex);
        stopping = true;
    }
    changed.notify_all();
    if (loader.joinable()) loader.join();
    return writer.stop();
}

std::expected<void, std::string> Store::Parts::load_users() {
    std::string domain, name;
    for (;;) {
        auto page = reader.users(domain, name, page_limit);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) return {};
        domain = page->back().domain;
        name = page->back().name;
        for (auth::User& user : *page) users.put(std::make_shared<const auth::User>(std::move(user)));
    }
}

// From both ends of the keys at once: on two processors a million bindings take half the time.
std::expected<void, std::string> Store::Parts::load_bindings() {
    Meeting meeting;
    std::expected<void, std::string> from_below, from_above;
    std::thread other([&] {
        pthread_setname_np(pthread_self(), "offhook-load-2");
        from_above = load_bindings(Order::falling, meeting);
    });
    from_below = load_bindings(Order::rising, meeting);
    other.join();
    return from_below ? from_above : from_below;
}

// An address of record whose bindings have all expired is left to the purge. One with some that live is taken as it is stored: the
// next commit is written as the difference to it.
std::expected<void, std::string> Store::Parts::load_bindings(Order order, Meeting& meeting) {
    const UtcTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    for (std::string last; !meeting.is_beyond(order, last);) {
        auto page = reader.bindings(last, page_limit, order);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) return {};
        last = page->back()->address_of_record;
        for (const location::BindingSnapshot& set : *page)
            if (std::ranges::any_of(set->bindings, [now](const location::Binding& b) { return b.expires > now; })) bindings.publish(set);
    }
    return {};
}

void Store::Parts::load() {
    pthread_setname_np(pthread_self(), "offhook-load");
    std::unique_lock lock(mutex);
    while (!stopping && !bindings_loaded) {
        lock.unlock();
        std::expected<void, std::string> result;
        if (!users.loaded()) result = load_users();
        if (result) users.set_loaded();
        if (result) result = load_bindings();
        lock.lock();
        load_error = result ? std::string() : result.error();
        if (result) {
            bindings_loaded.store(true, std::memory_order_release);
            writer.allow_purge();
            changed.notify_all();
        } else {
            changed.wait_for(lock, 1s, [this] { return stopping; });
        }
    }
}

std::expected<std::unique_ptr<Store>, std::string> Store::open(const Config& config, runtime::Mailer* mailer, Writer::Note note) {
    auto tariffs = std::make_unique<TariffTable>();
    auto session = WriteSession::open(config, *tariffs);
    if (!session) return std::unexpected(session.error());
    const auto relay_key = (*session)->secret("relay_key"), nonce_key = (*session)->secret("nonce_key");
    for (const auto* key : {&relay_key, &nonce_key})
        if (!*key) return std::unexpected("cannot keep keys in the database " + config.path + ": " + key->error().text);
    auto parts = std::make_unique<Parts>(config, std::move(tariffs), std::move(*session), mailer, std::move(note));
    parts->relay_key = *relay_key;
    parts->nonce_key = *nonce_key;
    const auto open_records = parts->reader.in_progress();
    if (!open_records) return std::unexpected(config.path + ": " + open_records.error());
    std::vector<std::uint64_t> ids;
    for (const accounting::CallRecord& r : *open_records) ids.push_back(r.id);
    parts->writer.start(ids);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    parts->loader = std::thread([p = parts.get()] { p->load(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return std::unique_ptr<Store>(new Store(std::move(parts)));
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;
std::vector<std::string> Store::stop() { return parts_->stop(); }

location::BindingSnapshot Store::find(std::string_view address_of_record) const { return parts_->bindings.find(address_of_record); }
bool Store::loaded() const { return parts_->bindings_loaded.load(std::memory_order_acquire); }

void Store::commit(location::BindingSnapshot next, Ticket ticket) {
    // Before all is loaded nothing says what the new set replaces.
    if (!loaded()) return parts_->writer.refuse(ticket);
    parts_->writer.submit(std::move(next), ticket);
}

void Store::put(const accounting::CallRecord& record, Ticket ticket) { parts_->writer.submit(record, ticket); }

void Store::authorise(const accounting::ChargeRequest& request, Ticket ticket) { parts_->writer.submit(request, std::nullopt, ticket); }
void Store::extend(const accounting::ChargeRequest& request, Duration wanted, Ticket ticket) { parts_->writer.submit(request, wanted, ticket); }

// The age of rows is by the writer's own clock: the argument may be of a turn that waited.
bool Store::healthy(Now) const { return parts_->writer.healthy(); }

const auth::UserDirectory& Store::users() const { return parts_->users; }
const TariffTable& Store::tariffs() const { return *parts_->tariffs; }
UserAdmin& Store::user_admin() { return parts_->user_admin; }
AccountAdmin& Store::account_admin() { return parts_->account_admin; }
TariffAdmin& Store::tariff_admin() { return parts_->tariff_admin; }
Reader& Store::reader() { return parts_->reader; }
AccountReader& Store::account_reader() { return parts_->account_reader; }
TotalsReader& Store::totals_reader() { return parts_->totals_reader; }
Rerater& Store::rerater() { return parts_->rerater; }
EventBell& Store::journal_bell() { return parts_->writer.bell(); }
bool Store::put_position(SinkPosition sink) { return parts_->writer.submit(std::move(sink)); }
const std::string& Store::relay_key() const { return parts_->relay_key; }
const std::string& Store::nonce_key() const { return parts_->nonce_key; }

Health Store::health() const {
    Health h;
    h.writer = parts_->writer.health();
    h.users_loaded = parts_->users.loaded();
    h.bindings_loaded = loaded();
    h.users = parts_->users.size();
    h.addresses = parts_->bindings.size();
    const std::lock_guard lock(parts_->mutex);
    h.load_error = parts_->load_error;
    return h;
}

void Store::flush() { std::ignore = parts_->writer.submit(std::vector<UserChange>{}).get(); }

bool Store::wait_loaded() {
    std::unique_lock lock(parts_->mutex);
    parts_->changed.wait(lock, [this] { return loaded() || parts_->stopping; });
    return loaded();
}

}  // namespace offhook::store
