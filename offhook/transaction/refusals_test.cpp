#include "offhook/transaction/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/transaction/world_test.hpp"
#include "offhook/transport/admission.hpp"

namespace offhook::transaction {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = transport::Admission::Kind;

struct Overloaded : World {
    static constexpr Duration step = 5ms;
    Overloaded() {
        layer.set_admission(admission);
        for (Duration past{}; past <= transport::Admission::Config{}.interval; past += step) wait(30ms);
    }
    void wait(Duration waited) {
        run_until(sender.now + step);
        admission.note(waited, now());
    }
    [[nodiscard]] bool is_refresh(const message::Message& m) const override { return m.value(message::HeaderId::call_id) == "known"; }

    transport::Admission admission;
};

std::string with(std::string request, std::string_view line) {
    request.insert(request.find("Max-Forwards"), std::string(line) + "\r\n");
    return request;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    return text.replace(text.find(what), what.size(), by);
}

std::string to_tag(const std::string& response) {
    message::Message m;
    if (!m.index(response)) return "?";
    return std::string(message::parse_name_addr(m.value(message::HeaderId::to))->tag());
}

TEST(Refusals, ANewCallGetsA503AndLeavesNothing) {
    Overloaded w;
    w.receive(World::request("INVITE", {.branch = ";rport;branch=z9hG4bKone", .via_host = "10.0.0.1"}));
    ASSERT_THAT(w.sender.sent, SizeIs(1));
    const Sent& sent = w.sender.sent[0];
    EXPECT_EQ(sent.bytes,
              "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKone;received=192.0.2.9;rport=5060\r\n"
              "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>;tag=" +
                  to_tag(sent.bytes) + "\r\nCall-ID: call\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(sent.to.remote, w.flow.remote);
    EXPECT_EQ(sent.tag.kind, transport::SendTag::Kind::none);
    EXPECT_TRUE(w.empty());
    EXPECT_THAT(w.requests, IsEmpty());
    EXPECT_EQ(w.admission.refused()[static_cast<std::size_t>(Kind::call)], 1u);
    w.receive(World::request("INVITE", {.branch = ";rport;branch=z9hG4bKone", .via_host = "10.0.0.1"}));
    EXPECT_EQ(w.sender.sent[1].bytes, w.sender.sent[0].bytes);  // the same tag, without a memory
}

TEST(Refusals, ItsAckIsDroppedAndAnyOtherIsNot) {
    Overloaded w;
    w.receive(World::request("INVITE"));
    const std::string tag = to_tag(w.sender.sent.at(0).bytes);
    w.receive(World::request("ACK", {.to_tag = tag}));
    EXPECT_THAT(w.acks, IsEmpty());
    w.receive(World::request("ACK", {.branch = ";branch=z9hG4bKother", .to_tag = tag}));
    w.receive(World::request("ACK", {.to_tag = tag, .cseq = "2"}));
    w.receive(World::request("ACK", {.to_tag = "r0123456789abcdef"}));
    w.receive(World::request("ACK", {.to_tag = "r"}));
    EXPECT_THAT(w.acks, SizeIs(4));
}

TEST(Refusals, WhatBelongsToACallPasses) {
    Overloaded w;
    for (const char* method : {"INVITE", "BYE", "UPDATE", "PRACK", "INFO"}) {
        const std::string branch = std::string(";branch=z9hG4bK") + method;
        w.receive(World::request(method, {.branch = branch, .to_tag = "b"}));
    }
    w.receive(World::request("ACK", {.branch = ";branch=z9hG4bKack", .to_tag = "b"}));
    EXPECT_THAT(w.requests, SizeIs(5));
    EXPECT_THAT(w.acks, SizeIs(1));
    EXPECT_THAT(w.sender.sent, IsEmpty());
}

// A retransmission of a call that was admitted must not be told that it was refused.
TEST(Refusals, ARetransmissionOfAnAdmittedCallIsAbsorbed) {
    Overloaded w;
    w.wait(1ms);
    w.receive(World::request("INVITE"));
    w.wait(30ms);
    w.receive(World::request("INVITE"));
    EXPECT_THAT(w.requests, SizeIs(1));
    w.receive(World::request("CANCEL"));
    EXPECT_THAT(w.cancels, SizeIs(1));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 200 OK"));
}

TEST(Refusals, RegistrationsAreRankedByWhatTheyKeep) {
    Overloaded w;
    const auto registration = [](int n, const char* line, std::string_view call_id = "call") {
        const std::string branch = ";branch=z9hG4bK" + std::to_string(n);
        std::string text = replaced(World::request("REGISTER", {.branch = branch}), "Call-ID: call", "Call-ID: " + std::string(call_id));
        return *line == '\0' ? text : with(text, line);
    };
    constexpr const char* credentials = "Authorization: Digest username=\"a\"";
    int n = 0;
    for (const Duration waited : {25ms, 35ms, 45ms}) {
        w.wait(waited);
        w.receive(registration(n++, ""));
        w.receive(registration(n++, credentials));
        w.receive(registration(n++, credentials, "known"));
    }
    const auto& refused = w.admission.refused();
    EXPECT_EQ(refused[static_cast<std::size_t>(Kind::unproven_register)], 3u);
    EXPECT_EQ(refused[static_cast<std::size_t>(Kind::first_register)], 2u);
    EXPECT_EQ(refused[static_cast<std::size_t>(Kind::refreshing_register)], 1u);
    EXPECT_THAT(w.requests, SizeIs(3));
}

TEST(Refusals, AnEmergencyCallGoesFirst) {
    Overloaded w;
    w.receive(replaced(World::request("INVITE"), "sip:bob@example.com", "urn:service:SOS.fire"));
    EXPECT_THAT(w.requests, SizeIs(1));
    w.receive(World::request("OPTIONS", {.branch = ";branch=z9hG4bKo"}));
    EXPECT_THAT(w.sender.lines(), ElementsAre("SIP/2.0 503 Service Unavailable"));
}

// One line a second with the number, whatever comes.
TEST(Refusals, AreReportedOnceASecond) {
    Overloaded w;
    for (int i = 0; i < 300; ++i) {
        const std::string branch = ";branch=z9hG4bK" + std::to_string(i);
        w.receive(World::request("INVITE", {.branch = branch}));
        w.wait(30ms);
    }
    EXPECT_THAT(w.observer.notes, ElementsAre(HasSubstr(": 1;"), HasSubstr(": 200;")));
    EXPECT_THAT(w.observer.causes, IsEmpty());
}

constexpr std::string_view speaks = ";branch=z9hG4bKone;oc;oc-algo=\"rate,loss\"";

// RFC 7339 §5.2, §5.10.2: who speaks it is told in the refusal too.
TEST(OverloadControl, IsInTheRefusal) {
    Overloaded w;
    w.receive(World::request("INVITE", {.branch = speaks}));
    EXPECT_THAT(w.sender.sent.at(0).bytes, HasSubstr("Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKone;oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq="));
    for (int i = 0; i < 110; ++i) w.wait(30ms);
    w.receive(World::request("INVITE", {.branch = speaks}));
    EXPECT_THAT(w.sender.sent.at(1).bytes, HasSubstr(";oc=99;oc-algo=\"loss\";oc-validity=1000;oc-seq="));
}

// §4.1, §5.2: in every response, each time with the value of that moment; §5.6: what the peer said is not forwarded.
TEST(OverloadControl, IsInEveryResponseToWhoSpeaksIt) {
    Overloaded w;
    w.wait(1ms);
    w.receive(World::request("INVITE", {.branch = speaks}));
    ASSERT_THAT(w.requests, SizeIs(1));
    EXPECT_THAT(w.requests[0]->bytes, Not(HasSubstr("oc")));
    w.layer.respond(*w.requests[0], 180, w.now());
    for (int i = 0; i < 200; ++i) w.wait(30ms);
    w.layer.respond(*w.requests[0], 486, w.now());
    w.run_until(w.sender.now + 600ms);
    ASSERT_THAT(w.sender.sent, SizeIs(3));  // 180, 486 and the 486 again
    std::string_view before;
    for (const Sent& sent : w.sender.sent) {
        EXPECT_THAT(sent.bytes, HasSubstr(";branch=z9hG4bKone;oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq="));
        const std::string_view sequence = std::string_view(sent.bytes).substr(sent.bytes.find("oc-seq="), 24);
        EXPECT_NE(sequence, before);
        before = sequence;
    }
}

TEST(OverloadControl, IsNotForOthers) {
    for (const char* branch : {";branch=z9hG4bKone", ";branch=z9hG4bKone;ocean", ";branch=z9hG4bKone;oc", ";branch=z9hG4bKone;oc;oc-algo=\"rate\""}) {
        Overloaded w;
        w.wait(1ms);
        w.receive(World::request("OPTIONS", {.branch = branch}));
        w.layer.respond(*w.requests.at(0), 200, w.now());
        EXPECT_THAT(w.sender.sent.at(0).bytes, Not(HasSubstr("oc-seq"))) << branch;
    }
}

}  // namespace
}  // namespace offhook::transaction
