#include "offhook/store/account_rows.hpp"

#include <cstdint>

#include "offhook/store/escape.hpp"

namespace offhook::store {
namespace {

void read_prefixes(std::vector<std::string>& prefixes, std::string_view text) {
    prefixes.clear();
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        prefixes.push_back(unescaped(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::uint32_t count_of(const Statement& row, int column) { return static_cast<std::uint32_t>(row.number(column)); }

}  // namespace

void read_account(charging::Account& a, const Statement& row) {
    const auto text = [&row](std::string& to, int column) {
        const std::string_view from = row.text(column);
        if (is_plain(from))
            to = from;
        else
            to = unescaped(from);
    };
    text(a.name, 0);
    a.currency = charging::Currency::parse(row.text(1)).value_or(charging::Currency{});
    a.prepaid = row.number(2) != 0;
    a.balance = row.number(3);
    a.reserved = row.number(4);
    text(a.tariff, 5);
    text(a.group, 6);
    a.locked = row.number(7) != 0;
    text(a.lock_reason, 8);
    charging::Limits& l = a.limits;
    l.calls_of_user = count_of(row, 9);
    l.calls_of_account = count_of(row, 10);
    l.calls_per_hour = count_of(row, 11);
    l.calls_per_day = count_of(row, 12);
    l.spend_per_hour = row.number(13);
    l.spend_per_day = row.number(14);
    read_prefixes(l.blocked, row.text(15));
    read_prefixes(l.allowed, row.text(16));
    read_prefixes(l.premium, row.text(17));
    l.burst = count_of(row, 18);
    l.burst_minutes = count_of(row, 19);
    l.networks = count_of(row, 20);
}

std::string prefixes_text(const std::vector<std::string>& prefixes) {
    std::string out;
    for (const std::string& prefix : prefixes) {
        if (!out.empty()) out += ' ';
        out += prefix;
    }
    return out;
}

}  // namespace offhook::store
