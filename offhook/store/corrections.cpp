#include "offhook/store/corrections.hpp"

#include <algorithm>

#include "offhook/store/rated_rows.hpp"

namespace offhook::store {
namespace {

using charging::Micros;

class Corrector {
public:
    Corrector(soci::session& sql, JournalRows& journal)
        : sql_(sql),
          journal_(journal),
          find_record_(sql, "SELECT price FROM call_record WHERE id = ? AND account = ?"),
          find_account_(sql, "SELECT prepaid, balance, reserved FROM account WHERE name = ?"),
          put_balance_(sql, "UPDATE account SET balance = balance - ? WHERE name = ?") {}

    void apply(const Correction& c, UtcTime now) {
        if (!is_as_found(c)) return;
        find_account_.start(c.account);
        if (!find_account_.fetch()) return find_account_.done();
        const bool prepaid = find_account_.number(0) != 0;
        const Micros balance = find_account_.number(1), free = balance - find_account_.number(2);
        find_account_.done();
        const Micros before = c.before.value_or(0);
        Micros more = c.now.price - before;
        if (prepaid) more = std::min(more, free);
        if ((c.before && more == 0) || !charging::add(balance, -more)) return;
        accounting::RatedPrice rated = c.now;
        rated.price = before + more;
        write_rated(put_rated_, sql_, c.record, rated);
        put_balance_.run(more, c.account);
        journal_.add(EventKind::call_rerated, c.record, now);
    }

private:
    bool is_as_found(const Correction& c) {
        find_record_.start(static_cast<std::int64_t>(c.record), c.account);
        const bool found = find_record_.fetch() && (c.before ? !find_record_.is_null(0) && find_record_.number(0) == *c.before : find_record_.is_null(0));
        find_record_.done();
        return found;
    }

    soci::session& sql_;
    JournalRows& journal_;
    Statement find_record_, find_account_, put_balance_;
    std::optional<Statement> put_rated_;
};

}  // namespace

void correct(soci::session& sql, JournalRows& journal, const std::vector<Correction>& corrections, UtcTime now) {
    Corrector corrector(sql, journal);
    for (const Correction& correction : corrections) corrector.apply(correction, now);
}

}  // namespace offhook::store
