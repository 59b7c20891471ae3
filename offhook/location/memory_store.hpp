// A BindingStore in memory for tests and simulation, in virtual time: a commit takes `delay`, and its answer comes out of advance().
// What was answered with true is what find() shows. Thread rule: one thread.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "offhook/location/binding_store.hpp"

namespace offhook::location {

class MemoryBindingStore final : public BindingStore {
public:
    using Answer = std::function<void(Ticket, bool ok, Now)>;
    explicit MemoryBindingStore(Answer answer, Duration delay = std::chrono::milliseconds(5)) : answer_(std::move(answer)), delay_(delay) {}

    [[nodiscard]] BindingSnapshot find(std::string_view address_of_record) const override;
    [[nodiscard]] bool loaded() const override { return loaded_; }
    void commit(BindingSnapshot next, Ticket ticket) override;

    /// Moves time on: applies and answers every commit that is due, in order, those made by the answers too if they are due.
    void advance(Now now);
    /// When the next commit is due; nothing if none is under way.
    [[nodiscard]] std::optional<Instant> next_due() const;

    void set_loaded(bool loaded) { loaded_ = loaded; }
    void fail_next(unsigned commits) { failing_ = commits; }  ///< of those not yet due
    [[nodiscard]] std::size_t size() const { return sets_.size(); }
    [[nodiscard]] std::size_t commits() const { return commits_; }  ///< that were answered, either way

private:
    struct Pending {
        BindingSnapshot next;
        Ticket ticket;
        Instant due;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    Answer answer_;
    Duration delay_;
    Instant now_{};
    bool loaded_ = true;
    unsigned failing_ = 0;
    std::size_t commits_ = 0;
    std::deque<Pending> pending_;
    boost::unordered_flat_map<std::string, BindingSnapshot, Hash, std::equal_to<>> sets_;
};

}  // namespace offhook::location
