#include "offhook/message/builder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/validate.hpp"

namespace offhook::message {
namespace {

const std::string invite =
    "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP p1;branch=z9hG4bK2, SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
    "Route: <sip:p2;lr>, <sip:p3;lr>\r\n"
    "Record-Route: <sip:p1;lr>\r\n"
    "Timestamp: 54\r\n"
    "Max-Forwards: 12\r\n"
    "t: Bob <sip:bob@biloxi.com>\r\n"
    "f: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
    "i: 987asjd97y7atg\r\n"
    "CSeq: 986759 INVITE\r\n"
    "\r\n";

Message indexed(const std::string& text) {
    Message message;
    EXPECT_TRUE(message.index(text));
    return message;
}

// §8.2.6.2; §12.1.1 for Record-Route.
TEST(WriteResponse, CopiesWhatAResponseNeeds) {
    const Message request = indexed(invite);
    std::string out;
    write_response(out, request, {.status = 180, .to_tag = "b1", .headers = "Contact: <sip:bob@192.0.2.4>\r\n"});
    EXPECT_EQ(out,
              "SIP/2.0 180 Ringing\r\n"
              "Via: SIP/2.0/UDP p1;branch=z9hG4bK2, SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
              "Record-Route: <sip:p1;lr>\r\n"
              "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
              "To: Bob <sip:bob@biloxi.com>;tag=b1\r\n"
              "Call-ID: 987asjd97y7atg\r\n"
              "CSeq: 986759 INVITE\r\n"
              "Contact: <sip:bob@192.0.2.4>\r\n"
              "Content-Length: 0\r\n\r\n");
    const Message response = indexed(out);
    EXPECT_TRUE(validate(response));
}

TEST(WriteResponse, GivesA100ItsTimestampAndNoTag) {
    const Message request = indexed(invite);
    std::string out;
    write_response(out, request, {.status = 100, .to_tag = "b1"});
    EXPECT_NE(out.find("To: Bob <sip:bob@biloxi.com>\r\n"), std::string::npos);
    EXPECT_NE(out.find("Timestamp: 54\r\n"), std::string::npos);
    EXPECT_EQ(out.find("Record-Route"), std::string::npos);
}

TEST(WriteResponse, KeepsATagThatIsThere) {
    std::string text = invite;
    text.replace(text.find("biloxi.com>\r\n"), 13, "biloxi.com>;x=y ; tag=old\r\n");
    const Message request = indexed(text);
    std::string out;
    write_response(out, request, {.status = 200, .to_tag = "new", .content_type = "text/plain", .body = "hello"});
    EXPECT_NE(out.find("To: Bob <sip:bob@biloxi.com>;x=y ; tag=old\r\n"), std::string::npos);
    EXPECT_TRUE(out.ends_with("Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
    EXPECT_EQ(out.find("Record-Route"), std::string::npos);  // the dialog is there already
}

TEST(WriteResponse, AnswersABrokenRequest) {
    const std::string text =
        "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nnonsense\r\nFrom: <sip:a@b>;tag=1\r\nTo: \"open <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 "
        "INVITE\r\n\r\n";
    Message message;
    ASSERT_FALSE(message.index(text));
    ASSERT_TRUE(message.partial());
    std::string out;
    write_response(out, message, {.status = 400, .reason = "Bad Header Field", .to_tag = "new"});
    EXPECT_TRUE(out.starts_with("SIP/2.0 400 Bad Header Field\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\nTo: \"open <sip:a@b>;tag=2\r\n"));
}

// RFC 4475 §3.3.1, §3.3.8: what is refused lacks fields, or has them twice; the refusal is a response for all that.
TEST(WriteResponse, HasEachFieldOnceWhateverTheRequestHas) {
    const std::string twice =
        "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\nCSeq: 1 INVITE\r\nCall-ID: 1\r\nTo: <sip:b>\r\n"
        "t: <sip:c>\r\nCSeq: 2 INVITE\r\ni: 2\r\nf: <sip:d>;tag=2\r\n\r\n";
    const Message message = indexed(twice);
    std::string out;
    write_response(out, message, {.status = 400, .to_tag = "new"});
    EXPECT_EQ(out,
              "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b>;tag=new\r\nCall-ID: 1\r\nCSeq: 1 "
              "INVITE\r\nContent-Length: 0\r\n\r\n");
    const std::string none = "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nCSeq: 1 INVITE\r\n\r\n";
    const Message lacking = indexed(none);
    out.clear();
    write_response(out, lacking, {.status = 400, .to_tag = "new"});
    EXPECT_EQ(out, "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP h\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
}

// §17.1.1.3: one Via, the Routes, the INVITE's number.
TEST(WriteAck, IsTheInviteAgainButForTo) {
    const Message request = indexed(invite);
    std::string out;
    write_ack(out, request, "Bob <sip:bob@biloxi.com>;tag=b1");
    EXPECT_EQ(out,
              "ACK sip:bob@biloxi.com SIP/2.0\r\n"
              "Via: SIP/2.0/UDP p1;branch=z9hG4bK2\r\n"
              "Route: <sip:p2;lr>, <sip:p3;lr>\r\n"
              "Max-Forwards: 70\r\n"
              "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
              "To: Bob <sip:bob@biloxi.com>;tag=b1\r\n"
              "Call-ID: 987asjd97y7atg\r\n"
              "CSeq: 986759 ACK\r\n"
              "Content-Length: 0\r\n\r\n");
    const Message ack = indexed(out);
    EXPECT_TRUE(validate(ack));
}

TEST(WriteCancel, NamesTheInviteAndTheReason) {
    const Message request = indexed(invite);
    std::string out;
    write_cancel(out, request, "SIP;cause=200;text=\"Call completed elsewhere\"");
    EXPECT_TRUE(out.starts_with("CANCEL sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP p1;branch=z9hG4bK2\r\n"));
    EXPECT_NE(out.find("CSeq: 986759 CANCEL\r\nReason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"), std::string::npos);
    const Message cancel = indexed(out);
    EXPECT_TRUE(validate(cancel));
}

TEST(ReasonPhrase, IsThatOfTheClassForUnknownCodes) {
    EXPECT_EQ(reason_phrase(486), "Busy Here");
    EXPECT_EQ(reason_phrase(299), "OK");
    EXPECT_EQ(reason_phrase(499), "Request Failure");
    EXPECT_EQ(reason_phrase(0), "Unknown");
}

}  // namespace
}  // namespace offhook::message
