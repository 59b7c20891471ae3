#include "offhook/store/reader.hpp"

#include <soci/soci.h>

#include <algorithm>

#include "offhook/store/binding_rows.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/event.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/query.hpp"
#include "offhook/store/record_conditions.hpp"
#include "offhook/store/record_rows.hpp"
#include "offhook/store/statement.hpp"

namespace offhook::store {
namespace {

using soci::into;
using soci::use;

UtcTime utc(long long microseconds) { return UtcTime(Duration(microseconds)); }
int bounded(std::size_t limit) { return static_cast<int>(std::min(limit, page_limit)); }

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
        if (event.kind != name_of(EventKind::call_ended) && event.kind != name_of(EventKind::call_rerated)) {
            r.ended = {};
            r.seconds = 0;
            r.end = accounting::CallRecord::End::none;
            r.rule = charging::Rule::none;
            r.rated.reset();
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
        return "SELECT domain, name, realm, md5_plain, md5_full, sha256_plain, sha256_full, sha512_256_plain, sha512_256_full, enabled, "
               "account FROM user";
    }
    void bind(Query& q) {
        auto& h = u.ha1;
        q.reads(u.domain, u.name, u.realm, h[0].plain_name, h[0].full_name, h[1].plain_name, h[1].full_name, h[2].plain_name, h[2].full_name,
                enabled, u.account);
    }
    auth::User take() {
        auth::User out = u;
        for (std::string* text : {&out.domain, &out.name, &out.realm, &out.account}) *text = unescaped(*text);
        out.enabled = enabled != 0;
        return out;
    }
};

}  // namespace

Reader::Reader(SessionPool& pool) : pool_(pool) {}

Reader::Page<accounting::CallRecord> Reader::records(const RecordFilter& filter, std::uint64_t after_id, std::size_t limit) {
    const RecordConditions conditions(filter);
    std::vector<accounting::CallRecord> page;
    std::optional<RecordKey> after, end;
    const std::size_t wanted = std::min(limit, page_limit);
    do {
        const auto slice = pool_.with([&](soci::session& sql) {
            if (after_id != 0 && !after) after = key_of_record(sql, after_id);
            if (after_id != 0 && !after) return false;
            end = conditions.has_others() ? conditions.end_of_slice(sql, after) : std::nullopt;
            const int rows = static_cast<int>(wanted - page.size());
            RecordReader row;
            Query q(sql, RecordReader::select());
            row.bind(q);
            conditions.add_indexed(q, after, end);
            conditions.add_others(q);
            q.each(conditions.order(), rows, [&] { page.push_back(row.take()); });
            return true;
        });
        if (!slice) return std::unexpected(slice.error());
        after = end;
    } while (end && page.size() < wanted);
    return page;
}

std::expected<std::optional<accounting::CallRecord>, std::string> Reader::record(std::uint64_t id) {
    return pool_.with([&](soci::session& sql) {
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
    return pool_.with([&](soci::session& sql) {
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
        if (const auto read = read_grants(*page); !read) return std::unexpected(read.error());
        std::ranges::move(*page, std::back_inserter(all));
    }
}

std::expected<bool, std::string> Reader::read_grants(std::vector<accounting::CallRecord>& page) {
    return pool_.with([&](soci::session& sql) {
        Statement find(sql, "SELECT lasts FROM reservation WHERE record = ?");
        for (accounting::CallRecord& r : page) {
            if (r.account.empty()) continue;
            find.start(static_cast<std::int64_t>(r.id));
            r.granted = find.fetch() ? Duration(find.number(0)) : Duration{};  // without a reservation nobody has allowed it any time
        }
        return true;
    });
}

Reader::Page<location::BindingSnapshot> Reader::bindings(std::string_view last, std::size_t limit, Order order) {
    return pool_.with([&](soci::session& sql) { return read_bindings(sql, order, last, std::min(limit, page_limit)); });
}

Reader::Page<auth::User> Reader::users(std::string_view after_domain, std::string_view after_name, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
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
    return pool_.with([&](soci::session& sql) {
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
    return pool_.with([&](soci::session& sql) {
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
    return pool_.with([&](soci::session& sql) {
        const std::string name(sink);
        long long position = 0;
        sql << "SELECT coalesce(max(position), 0) FROM sink WHERE name = :name", use(name), into(position);
        return static_cast<std::uint64_t>(position);
    });
}

Reader::Page<RejectedRow> Reader::rejected(std::uint64_t after, std::size_t limit) {
    return pool_.with([&](soci::session& sql) {
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
    return pool_.with([&](soci::session& sql) {
        long long open = 0, last = 0, rejected = 0;
        sql << "SELECT count(*) FROM call_record WHERE end_cause = 'none'", into(open);
        sql << "SELECT coalesce(max(seq), 0) FROM event", into(last);
        sql << "SELECT count(*) FROM rejected", into(rejected);
        return Totals{static_cast<std::uint64_t>(open), static_cast<std::uint64_t>(last), static_cast<std::uint64_t>(rejected)};
    });
}

}  // namespace offhook::store
