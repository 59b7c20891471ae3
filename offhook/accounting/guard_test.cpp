// Who pays cannot end the record without the call: each way that was thought of.
#include "offhook/accounting/calls_test.hpp"
#include "offhook/charging/tariff_csv.hpp"

namespace offhook::accounting::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class Guarded : public Calls {
protected:
    Guarded() {
        users.account = "acme";
        auto tariff = charging::read_tariff({"test", *charging::Currency::parse("EUR"), {}, false}, "prefix,price_per_minute\nb,0.60\n");
        EXPECT_TRUE(tariff);
        if (tariff) charges.tariff = std::move(*tariff);
        charges.credit("acme", 1'000'000'000);
    }
    void TearDown() override {
        const auto said = byes;
        for (const SaidBye& bye : said) accounting->hung_up(bye.where, 200, now);
        Calls::TearDown();
    }
    Verdict answer_bye(const dialog::CallPort::InDialog& bye, std::string_view status) {
        const SipText text(response_text(status, "BYE", "b"));
        return accounting->response_passed(bye, Method::bye, &text.message, ticket(9), now);
    }
};

TEST_F(Guarded, AByeOfTheCalleeIsBelievedWhereHisAnswerCameFrom) {
    establish();
    EXPECT_EQ(answer_bye(pass("BYE", Direction::from_callee, 1), "200 OK"), Verdict::wait);
    EXPECT_THAT(byes, IsEmpty());
}

// The caller's own making, sent to himself.
TEST_F(Guarded, AByeThatOnlyNamesTheCalleeIsSaidToHimAsWell) {
    establish();
    from_elsewhere = true;
    EXPECT_EQ(answer_bye(pass("BYE", Direction::from_callee, 1), "200 OK"), Verdict::wait);
    ASSERT_THAT(byes, SizeIs(1));
    EXPECT_EQ(byes[0].from, Direction::from_caller);
    EXPECT_EQ(byes[0].cseq, 2U);
}

TEST_F(Guarded, AByeThatIsRefusedOrLostIsSaidAgain) {
    for (const std::string_view status : {"420 Bad Extension", "500 Server Internal Error", "408 Request Timeout"}) {
        byes.clear();
        establish();
        EXPECT_EQ(answer_bye(pass("BYE", Direction::from_caller, 2), status), Verdict::wait);
        ASSERT_THAT(byes, SizeIs(1)) << status;
        EXPECT_EQ(byes[0].from, Direction::from_caller);
        EXPECT_EQ(byes[0].cseq, 3U);
        run_for(60s);
    }
    byes.clear();
    establish();
    EXPECT_EQ(answer_bye(pass("BYE", Direction::from_caller, 2), "481 Call/Transaction Does Not Exist"), Verdict::wait);
    EXPECT_THAT(byes, IsEmpty());
}

// The server's own BYE would go there at the limit.
TEST_F(Guarded, NobodyElseMovesTheCallee) {
    establish();
    from_elsewhere = true;
    const auto update = pass("UPDATE", Direction::from_callee, 5, "Contact: <sip:accomplice@192.0.2.66>\n");
    std::ignore = respond(update, Method::update, 5, "");
    const auto forth = pass("UPDATE", Direction::from_caller, 2, "Contact: <sip:alice@192.0.2.1>\n", "b", "sip:accomplice@192.0.2.66");
    const SipText accepted("SIP/2.0 200 OK\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: <sip:alice@example.com>;tag=a\n"
                           "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: 2 UPDATE\nContact: <sip:accomplice@192.0.2.66>\n");
    EXPECT_EQ(accounting->response_passed(forth, Method::update, &accepted.message, ticket(6), now), Verdict::go_on);
    from_elsewhere = false;
    EXPECT_EQ(answer_bye(pass("BYE", Direction::from_caller, 3), "200 OK"), Verdict::wait);
    EXPECT_THAT(byes, IsEmpty());  // to sip:bob@192.0.2.2, as ever
}

TEST_F(Guarded, ASessionThatExpiresEndsOnBothSidesAndIsPaidForUntilThen) {
    establish("Supported: timer\nSession-Expires: 90\n", "Require: timer\nSession-Expires: 90;refresher=uac\n");
    run_for(90s);
    ASSERT_THAT(byes, SizeIs(2));
    for (const SaidBye& bye : byes) accounting->hung_up(bye.where, 200, now);
    run_for(1s);
    EXPECT_EQ(row().end, End::expired);
    EXPECT_EQ(row().seconds, 90);
}

TEST_F(Guarded, NoRequestTakesTheLastNumberFromTheServersBye) {
    establish();
    std::ignore = pass("INFO", Direction::from_caller, 2'147'483'647);
    ASSERT_THAT(byes, SizeIs(2));
    for (const SaidBye& bye : byes) EXPECT_LT(bye.cseq, 3U);
}

}  // namespace
}  // namespace offhook::accounting::test
