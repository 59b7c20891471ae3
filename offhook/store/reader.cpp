#include "offhook/store/reader.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "offhook/store/binding_rows.hpp"
#include "offhook/store/connect.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/event.hpp"
#include "offhook/store/names.hpp"

namespace offhook::store {
namespace {

using soci::into;
using soci::use;

constexpr int statement_milliseconds = 1000;

UtcTime utc(long long microseconds) { return UtcTime(Duration(microseconds)); }
long long microseconds(UtcTime t) { return t.time_since_epoch().count(); }
int bounded(std::size_t limit) { return static_cast<int>(std::min(limit, page_limit)); }

void restore(std::string& text) {
    if (text.find('\\') != std::string::npos) text = unescaped(text);
}

// A statement put together from parts: which conditions it has depends on the filter, and only what is bound may be used by an index.
class Query {
public:
    explicit Query(soci::session& sql, std::string text) : statement_(sql), text_(std::move(text)) {}

    void exchange(auto&& element) { statement_.exchange(element); }
    template <class... Values>
    Query& reads(Values&... values) {
        (statement_.exchange(into(values)), ...);
        return *this;
    }
    template <class... Values>
    Query& where(std::string_view condition, const Values&... values) {
        text_ += conditions_++ == 0 ? " WHERE " : " AND ";
        text_ += condition;
        (statement_.exchange(use(values)), ...);
        return *this;
    }
    template <class Function>
    void each(std::string_view tail, const int& limit, Function&& row) {
        text_ += tail;
        text_ += " LIMIT :limit";
        statement_.exchange(use(limit));
        statement_.alloc();
        statement_.prepare(text_);
        statement_.define_and_bind();
        statement_.execute();
        while (statement_.fetch()) row();
    }

private:
    soci::statement statement_;
    std::string text_;
    int conditions_ = 0;
};

struct RecordReader {
    accounting::CallRecord r;
    long long id = 0, call = 0, invited = 0, ringing = 0, answered = 0, ended = 0, seconds = 0;
    std::string end_cause;

    static std::string select() {
        return "SELECT id, call, sip_call_id, from_tag, to_tag, user, from_uri, to_uri, request_uri, binding, invited, ringing, answered, ended, "
               "seconds, "
               "end_cause, status, reason, caller_agent, callee_agent, codecs, source, dialog FROM call_record";
    }
    void bind(auto& q) {
        const auto reads = [&q](auto&... values) { (q.exchange(into(values)), ...); };
        reads(id, call, r.sip_call_id, r.from_tag, r.to_tag, r.user, r.from_uri, r.to_uri, r.request_uri, r.binding, invited, ringing, answered,
              ended, seconds, end_cause, r.status, r.reason, r.caller_agent, r.callee_agent, r.codecs, r.source, r.dialog);
    }
    accounting::CallRecord take() {
        accounting::CallRecord out = r;
        out.id = static_cast<std::uint64_t>(id);
        out.call = static_cast<std::uint64_t>(call);
        out.invited = utc(invited);
        out.ringing = utc(ringing);
        out.answered = utc(answered);
        out.ended = utc(ended);
        out.seconds = seconds;
        out.end = end_of(end_cause);
        for (std::string* text : {&out.sip_call_id, &out.from_tag, &out.to_tag, &out.user, &out.from_uri, &out.to_uri, &out.request_uri, &out.binding,
                                  &out.reason, &out.caller_agent, &out.callee_agent, &out.codecs, &out.source, &out.dialog})
            restore(*text);
        return out;
    }
};

// An event of a call names its record. What it tells is what was known then: an end that came later is not part of a start.
class RecordOfEvent {
public:
    explicit RecordOfEvent(soci::session& sql) : statement_(sql) {
        row_.bind(statement_);
        statement_.exchange(use(id_));
        statement_.alloc();
        statement_.prepare(RecordReader::select() + " WHERE id = :id");
        statement_.define_and_bind();
    }
    void tell(long long record, Event& event) {
        id_ = record;
        event.payload.clear();
        accounting::CallRecord r;
        r.id = static_cast<std::uint64_t>(record);
        if (statement_.execute(true)) r = row_.take();
        if (event.kind != "call_ended") {
            r.ended = {};
            r.seconds = 0;
            r.end = accounting::CallRecord::End::none;
        }
        append_event(event.payload, r);
        event.record = std::move(r);
    }

private:
    RecordReader row_;
    long long id_ = 0;
    soci::statement statement_;
};

struct UserReader {
    auth::User u;
    int enabled = 0;

    static std::string select() {
        return "SELECT domain, name, realm, md5_plain, md5_full, sha256_plain, sha256_full, sha512_256_plain, sha512_256_full, enabled FROM user";
    }
    void bind(Query& q) {
        auto& h = u.ha1;
        q.reads(u.domain, u.name, u.realm, h[0].plain_name, h[0].full_name, h[1].plain_name, h[1].full_name, h[2].plain_name, h[2].full_name,
                enabled);
    }
    auth::User take() {
        auth::User out = u;
        for (std::string* text : {&out.domain, &out.name, &out.realm}) restore(*text);
        out.enabled = enabled != 0;
        return out;
    }
};

}  // namespace

// The sessions: opened when first needed, lent to one caller at a time, dropped after an error.
class Reader::Pool {
public:
    explicit Pool(const Config& config) : config_(config), free_(std::max<std::size_t>(config.readers, 1)) {}

    template <class Function>
    auto with(Function&& function) -> std::expected<decltype(function(std::declval<soci::session&>())), std::string> {
        std::unique_ptr<soci::session> session;
        {
            std::unique_lock lock(mutex_);
            returned_.wait(lock, [this] { return free_ != 0; });
            --free_;
            if (!idle_.empty()) {
                session = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        const auto give_back = [&] {
            const std::lock_guard lock(mutex_);
            ++free_;
            if (session) idle_.push_back(std::move(session));
            returned_.notify_one();
        };
        try {
            if (!session) {
                session = std::make_unique<soci::session>();
                connect(*session, config_, false);
            }
            limit_statements(*session, statement_milliseconds);
            auto result = function(*session);
            limit_statements(*session, 0);
            give_back();
            return result;
        } catch (const soci::soci_error&) {
            std::string error = "cannot read the database: " + current_failure().text;
            session.reset();
            give_back();
            return std::unexpected(std::move(error));
        }
    }

private:
    const Config config_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::size_t free_;
    std::vector<std::unique_ptr<soci::session>> idle_;
};

Reader::Reader(const Config& config) : pool_(std::make_unique<Pool>(config)) {}
Reader::~Reader() = default;

Reader::Page<accounting::CallRecord> Reader::records(const RecordFilter& filter, std::uint64_t after, std::size_t limit) {
    return pool_->with([&](soci::session& sql) {
        std::vector<accounting::CallRecord> page;
        const std::string user = escaped(filter.user);
        const long long from = microseconds(filter.from), to = microseconds(filter.to), cursor = static_cast<long long>(after);
        const int rows = bounded(limit);
        RecordReader row;
        Query q(sql, RecordReader::select());
        row.bind(q);
        if (!user.empty()) q.where("user = :user AND user <> ''", user);  // said twice: the index leaves out those without
        if (from != 0) q.where("invited >= :from", from);
        if (to != 0) q.where("invited < :to", to);
        if (filter.in_progress) q.where("end_cause = 'none'");
        if (after != 0) {
            q.where(filter.newest_first ? "(invited, id) < (SELECT invited, id FROM call_record WHERE id = :after)"
                                        : "(invited, id) > (SELECT invited, id FROM call_record WHERE id = :after)",
                    cursor);
        }
        q.each(filter.newest_first ? " ORDER BY invited DESC, id DESC" : " ORDER BY invited, id", rows, [&] { page.push_back(row.take()); });
        return page;
    });
}

std::expected<std::optional<accounting::CallRecord>, std::string> Reader::record(std::uint64_t id) {
    return pool_->with([&](soci::session& sql) {
        std::optional<accounting::CallRecord> found;
        const long long key = static_cast<long long>(id);
        const int one = 1;
        RecordReader row;
        Query q(sql, RecordReader::select());
        row.bind(q);
        q.where("id = :id", key).each("", one, [&] { found = row.take(); });
        return found;
    });
}

std::expected<std::uint64_t, std::string> Reader::last_record() {
    return pool_->with([&](soci::session& sql) {
        long long id = 0;
        sql << "SELECT COALESCE(MAX(id), 0) FROM call_record", into(id);
        return static_cast<std::uint64_t>(id);
    });
}

Reader::Page<accounting::CallRecord> Reader::in_progress() {
    std::vector<accounting::CallRecord> all;
    RecordFilter open;
    open.in_progress = true;
    for (std::uint64_t after = 0;;) {
        auto page = records(open, after, page_limit);
        if (!page) return page;
        if (page->empty()) return all;
        after = page->back().id;
        std::ranges::move(*page, std::back_inserter(all));
    }
}

Reader::Page<location::BindingSnapshot> Reader::bindings(std::string_view last, std::size_t limit, Order order) {
    return pool_->with([&](soci::session& sql) { return read_bindings(sql, order, last, std::min(limit, page_limit)); });
}

Reader::Page<auth::User> Reader::users(std::string_view after_domain, std::string_view after_name, std::size_t limit) {
    return pool_->with([&](soci::session& sql) {
        std::vector<auth::User> page;
        const std::string domain = escaped(after_domain), name = escaped(after_name);
        const int rows = bounded(limit);
        UserReader row;
        Query q(sql, UserReader::select());
        row.bind(q);
        q.where("(domain, name) > (:domain, :name)", domain, name);
        q.each(" ORDER BY domain, name", rows, [&] { page.push_back(row.take()); });
        return page;
    });
}

Reader::Page<auth::User> Reader::users_of_other_realm(std::string_view domain, std::string_view realm, std::size_t limit) {
    return pool_->with([&](soci::session& sql) {
        std::vector<auth::User> page;
        const std::string of(escaped(domain)), wanted = escaped(realm);
        const int rows = bounded(limit);
        UserReader row;
        Query q(sql, UserReader::select());
        row.bind(q);
        q.where("realm <> :realm", wanted);
        if (!of.empty()) q.where("domain = :domain", of);
        q.each(" ORDER BY domain, name", rows, [&] { page.push_back(row.take()); });
        return page;
    });
}

Reader::Page<Event> Reader::events(std::uint64_t after, std::size_t limit) {
    return pool_->with([&](soci::session& sql) {
        std::vector<Event> page;
        const long long cursor = static_cast<long long>(after);
        const int rows = bounded(limit);
        long long seq = 0, time = 0;
        long long record = 0;
        Event event;
        RecordOfEvent record_of(sql);
        const soci::transaction snapshot(sql);  // an event and its record are of the same moment
        Query q(sql, "SELECT seq, time, kind, payload, coalesce(record, 0) FROM event");
        q.reads(seq, time, event.kind, event.payload, record).where("seq > :after", cursor).each(" ORDER BY seq", rows, [&] {
            event.seq = static_cast<std::uint64_t>(seq);
            event.time = utc(time);
            event.record.reset();
            if (record != 0) record_of.tell(record, event);
            page.push_back(event);
        });
        return page;
    });
}

std::expected<std::uint64_t, std::string> Reader::position(std::string_view sink) {
    return pool_->with([&](soci::session& sql) {
        const std::string name(sink);
        long long position = 0;
        sql << "SELECT coalesce(max(position), 0) FROM sink WHERE name = :name", use(name), into(position);
        return static_cast<std::uint64_t>(position);
    });
}

Reader::Page<RejectedRow> Reader::rejected(std::uint64_t after, std::size_t limit) {
    return pool_->with([&](soci::session& sql) {
        std::vector<RejectedRow> page;
        const long long cursor = static_cast<long long>(after);
        const int rows = bounded(limit);
        long long id = 0, time = 0;
        RejectedRow row;
        Query q(sql, "SELECT id, time, kind, key, error, payload FROM rejected");
        q.reads(id, time, row.kind, row.key, row.error, row.payload).where("id > :after", cursor).each(" ORDER BY id", rows, [&] {
            page.push_back({static_cast<std::uint64_t>(id), utc(time), row.kind, unescaped(row.key), unescaped(row.error), row.payload});
        });
        return page;
    });
}

std::expected<Totals, std::string> Reader::totals() {
    return pool_->with([&](soci::session& sql) {
        long long open = 0, last = 0, rejected = 0;
        sql << "SELECT count(*) FROM call_record WHERE end_cause = 'none'", into(open);
        sql << "SELECT coalesce(max(seq), 0) FROM event", into(last);
        sql << "SELECT count(*) FROM rejected", into(rejected);
        return Totals{static_cast<std::uint64_t>(open), static_cast<std::uint64_t>(last), static_cast<std::uint64_t>(rejected)};
    });
}

}  // namespace offhook::store
