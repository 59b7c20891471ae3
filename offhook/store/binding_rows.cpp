#include "offhook/store/binding_rows.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <string>

#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/statement.hpp"

namespace offhook::store {
namespace {

constexpr std::string_view columns =
    "aor, contact, parameters, q, expires, call_id, cseq, path, user_agent, protocol, listener, local, remote, behind_nat, registered";
// A blob is above every text.
constexpr std::string_view rising = " FROM binding WHERE aor > ? ORDER BY aor, position";
constexpr std::string_view falling = " FROM binding WHERE aor < coalesce(nullif(?, ''), x'') ORDER BY aor DESC, position DESC";
enum Column { aor, contact, parameters, q, expires, call_id, cseq, path, user_agent, protocol, listener, local, remote, behind_nat, registered };

// The bindings of one address of record after the other. A row's texts are gone with the next row, so they are kept until the set is whole.
class Gatherer {
public:
    Gatherer(Statement& rows, Order order) : rows_(rows), order_(order) {}

    [[nodiscard]] bool is_next_of_this() const { return !bindings_.empty() && rows_.text(aor) == stored_address_; }
    void add() {
        if (bindings_.empty()) {
            stored_address_ = kept(rows_.text(aor));
            address_ = restored(stored_address_);
        }
        location::Binding& b = bindings_.emplace_back();
        b.contact = text(contact);
        b.parameters = text(parameters);
        b.call_id = text(call_id);
        b.path = text(path);
        b.user_agent = text(user_agent);
        b.expires = UtcTime(Duration(rows_.number(expires)));
        b.registered = UtcTime(Duration(rows_.number(registered)));
        b.cseq = static_cast<std::uint32_t>(rows_.number(cseq));
        b.q = static_cast<std::uint16_t>(rows_.number(q));
        b.behind_nat = rows_.number(behind_nat) != 0;
        b.flow.protocol = protocol_named(rows_.text(protocol));
        b.flow.listener = static_cast<std::uint16_t>(rows_.number(listener));
        b.flow.local = Endpoint::parse(rows_.text(local)).value_or(Endpoint{});
        b.flow.remote = Endpoint::parse(rows_.text(remote)).value_or(Endpoint{});
    }
    [[nodiscard]] location::BindingSnapshot take() {
        if (order_ == Order::falling) std::ranges::reverse(bindings_);
        location::BindingSnapshot snapshot = location::make_snapshot({address_, bindings_});
        bindings_.clear();
        texts_.release();
        return snapshot;
    }

private:
    std::string_view kept(std::string_view text) {
        char* const place = static_cast<char*>(texts_.allocate(text.size(), 1));
        return {place, text.copy(place, text.size())};
    }
    std::string_view restored(std::string_view stored) { return stored.find('\\') == std::string_view::npos ? stored : kept(unescaped(stored)); }
    std::string_view text(Column column) { return restored(kept(rows_.text(column))); }

    Statement& rows_;
    Order order_;
    std::array<char, 4096> first_;  // enough for one phone
    std::pmr::monotonic_buffer_resource texts_{first_.data(), first_.size()};
    std::string_view stored_address_, address_;
    std::vector<location::Binding> bindings_;
};

}  // namespace

std::vector<location::BindingSnapshot> read_bindings(soci::session& sql, Order order, std::string_view last, std::size_t addresses) {
    std::vector<location::BindingSnapshot> sets;
    Statement rows(sql, std::string("SELECT ").append(columns).append(order == Order::rising ? rising : falling));
    Gatherer set(rows, order);
    rows.start(last);
    bool more = rows.fetch();
    while (more && sets.size() < addresses) {
        do {
            set.add();
            more = rows.fetch();
        } while (more && set.is_next_of_this());
        sets.push_back(set.take());
    }
    return sets;
}

}  // namespace offhook::store
