// What the tests of this layer share: a directory that is removed again, a mailer that remembers answers, rows with something in
// every field.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include "offhook/runtime/temporary_directory_test.hpp"
#include "offhook/store/store.hpp"

namespace offhook::store {

using Directory = offhook::test::TemporaryDirectory;

/// Remembers the answer to each ticket by its slot.
class Answers final : public runtime::Mailer {
public:
    void post(std::uint16_t, runtime::Mail&& mail) override {
        if (on_answer) on_answer(mail.ticket.handle.slot, mail.ok);
        {
            const std::lock_guard lock(mutex_);
            if (mail.kind == runtime::Mail::Kind::granted) {
                grants_[mail.ticket.handle.slot] = {static_cast<charging::Rule>(mail.numbers[0]), Duration(static_cast<std::int64_t>(mail.numbers[1]))};
            } else {
                EXPECT_EQ(mail.kind, runtime::Mail::Kind::committed);
            }
            EXPECT_TRUE(answers_.emplace(mail.ticket.handle.slot, mail.ok).second) << "answered twice: " << mail.ticket.handle.slot;
        }
        changed_.notify_all();
    }
    [[nodiscard]] std::uint16_t shard_count() const override { return 1; }
    [[nodiscard]] std::uint16_t shard_of(std::string_view) const override { return 0; }

    static Ticket ticket(std::uint32_t slot) { return {0, 0, {slot, 1}}; }
    /// Waits for the answer.
    bool ok(std::uint32_t slot) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return answers_.contains(slot); });
        return answers_.at(slot);
    }
    /// Waits for the answer about a call that somebody pays for.
    accounting::Grant grant(std::uint32_t slot) {
        std::ignore = ok(slot);
        const std::lock_guard lock(mutex_);
        EXPECT_TRUE(grants_.contains(slot));
        return grants_[slot];
    }
    std::size_t count() {
        const std::lock_guard lock(mutex_);
        return answers_.size();
    }
    std::function<void(std::uint32_t, bool)> on_answer;  ///< on the writer's thread

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::uint32_t, bool> answers_;
    std::map<std::uint32_t, accounting::Grant> grants_;
};

inline Config config_for(const std::string& path) {
    Config config;
    config.path = path;
    return config;
}

inline std::unique_ptr<Store> opened(const Config& config, runtime::Mailer* mailer) {
    auto store = Store::open(config, mailer);
    if (!store) {
        ADD_FAILURE() << store.error();
        return nullptr;
    }
    EXPECT_TRUE((*store)->wait_loaded());
    return std::move(*store);
}

inline UtcTime seconds_from_now(int seconds) {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + std::chrono::seconds(seconds);
}

/// A view: the contact is to live until bindings() has copied it.
inline location::Binding binding(std::string_view contact, int expires_in = 3600) {
    location::Binding b;
    b.contact = contact;
    b.parameters = ";+sip.instance=\"<urn:uuid:0>\"";
    b.q = 700;
    b.expires = seconds_from_now(expires_in);
    b.call_id = "a84b4c76e66710@pc33";
    b.cseq = 4294967295;
    b.path = "<sip:p1.example.com;lr>,<sip:p2.example.com;lr>";
    static const std::string agent = std::string("Phone\0\\ \xff\xfe 1", 12) + "\u00e9";
    b.user_agent = agent;
    b.flow.protocol = transport::Protocol::tcp;
    b.flow.listener = 3;
    b.flow.local = *Endpoint::parse("192.0.2.1:5060");
    b.flow.remote = *Endpoint::parse("[2001:db8::7]:49152");
    b.behind_nat = true;
    b.registered = seconds_from_now(-5);
    return b;
}

inline location::BindingSnapshot bindings(std::string_view aor, const std::vector<location::Binding>& list) {
    return location::make_snapshot({aor, list});
}

inline void expect_equal(const location::Binding& a, const location::Binding& b) {
    EXPECT_EQ(a.contact, b.contact);
    EXPECT_EQ(a.parameters, b.parameters);
    EXPECT_EQ(a.q, b.q);
    EXPECT_EQ(a.expires, b.expires);
    EXPECT_EQ(a.call_id, b.call_id);
    EXPECT_EQ(a.cseq, b.cseq);
    EXPECT_EQ(a.path, b.path);
    EXPECT_EQ(a.user_agent, b.user_agent);
    EXPECT_EQ(a.flow, b.flow);
    EXPECT_EQ(a.behind_nat, b.behind_nat);
    EXPECT_EQ(a.registered, b.registered);
}

inline accounting::CallRecord record(std::uint64_t id) {
    accounting::CallRecord r;
    r.id = id;
    r.call = id - 1;
    r.sip_call_id = "call@pc33";
    r.from_tag = "f\\1";
    r.to_tag = std::string("t\0", 2);
    r.user = "alice@example.com";
    r.from_uri = "sip:alice@example.com";
    r.to_uri = "sip:bob@example.com";
    r.request_uri = "sip:bob@example.com;user=phone";
    r.binding = "sip:bob@192.0.2.4";
    r.invited = seconds_from_now(-10);
    r.ringing = seconds_from_now(-9);
    r.answered = seconds_from_now(-8);
    r.status = 200;
    r.reason = "OK \xc3\x28";
    r.caller_agent = "\"quoted\"\tagent";
    r.callee_agent = "callee";
    r.codecs = "opus,VP8";
    r.source = "192.0.2.9:5060";
    r.dialog = std::string("\0\1\2\xff", 4);
    r.destination = "bob\\";
    r.on_net = true;
    r.rule = charging::Rule::no_credit;
    return r;
}

inline void expect_equal(const accounting::CallRecord& a, const accounting::CallRecord& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.call, b.call);
    EXPECT_EQ(a.sip_call_id, b.sip_call_id);
    EXPECT_EQ(a.from_tag, b.from_tag);
    EXPECT_EQ(a.to_tag, b.to_tag);
    EXPECT_EQ(a.user, b.user);
    EXPECT_EQ(a.from_uri, b.from_uri);
    EXPECT_EQ(a.to_uri, b.to_uri);
    EXPECT_EQ(a.request_uri, b.request_uri);
    EXPECT_EQ(a.binding, b.binding);
    EXPECT_EQ(a.invited, b.invited);
    EXPECT_EQ(a.ringing, b.ringing);
    EXPECT_EQ(a.answered, b.answered);
    EXPECT_EQ(a.ended, b.ended);
    EXPECT_EQ(a.seconds, b.seconds);
    EXPECT_EQ(a.end, b.end);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.reason, b.reason);
    EXPECT_EQ(a.caller_agent, b.caller_agent);
    EXPECT_EQ(a.callee_agent, b.callee_agent);
    EXPECT_EQ(a.codecs, b.codecs);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.dialog, b.dialog);
    EXPECT_EQ(a.account, b.account);
    EXPECT_EQ(a.destination, b.destination);
    EXPECT_EQ(a.on_net, b.on_net);
    EXPECT_EQ(a.rule, b.rule);
}

}  // namespace offhook::store
