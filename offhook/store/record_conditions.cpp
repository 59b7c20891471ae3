#include "offhook/store/record_conditions.hpp"

#include "offhook/store/escape.hpp"

namespace offhook::store {
namespace {

constexpr int slice_rows = 10'000;  // some ten milliseconds

long long microseconds(UtcTime t) { return t.time_since_epoch().count(); }

}  // namespace

RecordConditions::RecordConditions(const RecordFilter& f)
    : user_(escaped(f.user)),
      account_(escaped(f.account)),
      destination_(escaped(f.destination)),
      tariff_(escaped(f.tariff)),
      from_(microseconds(f.from)),
      to_(microseconds(f.to)),
      seconds_(f.seconds),
      status_(f.status),
      in_progress_(f.in_progress),
      newest_first_(f.newest_first),
      charged_(f.charged) {}

// The key of an index is said twice: it leaves out the records without one.
void RecordConditions::add_indexed(Query& q, const std::optional<RecordKey>& after, const std::optional<RecordKey>& last) const {
    if (!user_.empty())
        q.where("user = :user AND user <> ''", user_);
    else if (!account_.empty())
        q.where("account = :account AND account <> ''", account_);
    if (in_progress_) q.where("end_cause = 'none'");
    const RecordKey *const begin = after ? &*after : nullptr, *const end = last ? &*last : nullptr;
    newest_first_ ? add_falling(q, begin, end) : add_rising(q, begin, end);
}

void RecordConditions::add_rising(Query& q, const RecordKey* after, const RecordKey* last) const {
    if (after != nullptr && after->invited >= from_)
        q.where("(invited, id) > (:after_time, :after_id)", after->invited, after->id);
    else if (from_ != 0)
        q.where("invited >= :from", from_);
    if (last != nullptr)
        q.where("(invited, id) <= (:last_time, :last_id)", last->invited, last->id);
    else if (to_ != 0)
        q.where("invited < :to", to_);
}

void RecordConditions::add_falling(Query& q, const RecordKey* after, const RecordKey* last) const {
    if (after != nullptr && (to_ == 0 || after->invited < to_))
        q.where("(invited, id) < (:after_time, :after_id)", after->invited, after->id);
    else if (to_ != 0)
        q.where("invited < :to", to_);
    if (last != nullptr)
        q.where("(invited, id) >= (:last_time, :last_id)", last->invited, last->id);
    else if (from_ != 0)
        q.where("invited >= :from", from_);
}

void RecordConditions::add_others(Query& q) const {
    if (!user_.empty() && !account_.empty()) q.where("account = :account", account_);
    if (!destination_.empty()) q.where("substr(destination, 1, length(:destination)) = :same", destination_, destination_);
    if (!tariff_.empty()) q.where("tariff = :tariff", tariff_);
    if (charged_) q.where("answered <> 0 AND end_cause <> 'none' AND account <> ''");
    if (status_ != 0) q.where("status = :status", status_);
    if (seconds_ != 0) q.where("seconds >= :seconds", seconds_);
}

bool RecordConditions::has_others() const {
    return (!user_.empty() && !account_.empty()) || !destination_.empty() || !tariff_.empty() || charged_ || status_ != 0 || seconds_ != 0;
}

const char* RecordConditions::order() const { return newest_first_ ? " ORDER BY invited DESC, id DESC" : " ORDER BY invited, id"; }

std::optional<RecordKey> RecordConditions::end_of_slice(soci::session& sql, const std::optional<RecordKey>& after) const {
    std::optional<RecordKey> end;
    RecordKey key;
    Query q(sql, "SELECT invited, id FROM call_record");
    q.reads(key.invited, key.id);
    add_indexed(q, after, std::nullopt);
    const int one = 1;
    q.each(order(), one, [&] { end = key; }, " OFFSET " + std::to_string(slice_rows - 1));
    return end;
}

std::optional<RecordKey> key_of_record(soci::session& sql, std::uint64_t id) {
    const long long wanted = static_cast<long long>(id);
    RecordKey key;
    sql << "SELECT invited, id FROM call_record WHERE id = :id", soci::use(wanted), soci::into(key.invited), soci::into(key.id);
    if (!sql.got_data()) return std::nullopt;
    return key;
}

}  // namespace offhook::store
