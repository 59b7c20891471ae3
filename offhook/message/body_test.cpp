#include "offhook/message/body.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

using namespace std::string_literals;

std::string with_body(std::string_view fields, std::string_view body) {
    std::string out =
        "INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nTo: <sip:bob@b.example>\r\nFrom: <sip:a@a.example>;tag=1\r\n"
        "Call-ID: 1\r\nCSeq: 1 INVITE\r\n";
    out.append(fields).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return out;
}

struct Read {
    explicit Read(std::string_view fields, std::string_view body) : bytes(with_body(fields, body)) { EXPECT_TRUE(message.index(bytes)); }
    std::string bytes;
    Message message;
};

constexpr std::string_view mixed = "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n";

std::vector<std::string> contents(const Message& message) {
    std::vector<std::string> out;
    PartReader parts(entity_of(message));
    while (const auto part = parts.next()) out.emplace_back(part->content);
    return out;
}

using Texts = std::vector<std::string>;

// RFC 2046 §5.1.1's own example: preamble and epilogue are no parts, the line end before a boundary is the boundary's.
TEST(PartReader, TellsPartsFromWhatStandsAround) {
    const Read read("Content-Type: multipart/mixed; boundary=\"simple boundary\"\r\n",
                    "This is the preamble.\r\n"
                    "--simple boundary\r\n\r\n"
                    "This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.\r\n"
                    "--simple boundary\r\nContent-type: text/plain; charset=us-ascii\r\n\r\n"
                    "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n\r\n"
                    "--simple boundary--\r\n\r\nThis is the epilogue.\r\n");
    EXPECT_EQ(contents(read.message), (Texts{"This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.",
                                             "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n"}));
    PartReader parts(entity_of(read.message));
    const auto first = parts.next(), second = parts.next();
    EXPECT_EQ(first->content_type, "");
    EXPECT_TRUE(first->is("text/plain"));
    EXPECT_EQ(second->content_type, "text/plain; charset=us-ascii");
    EXPECT_FALSE(parts.next());
    EXPECT_FALSE(parts.error());
    EXPECT_TRUE(check_body(read.message));
}

TEST(PartReader, ReadsTheFieldsOfAPart) {
    const Read read(mixed,
                    "--b 1\r\nContent-Type: application/ISUP;\r\n version=nxv3\r\nContent-Disposition: signal ;handling=Optional\r\n"
                    "Content-ID: <7@a>\r\nContent-Length: 99\r\nX-Other: 1\r\nContent-Encoding: identity, gzip\r\n\r\n\x01\x00\r\n--b 1x\xff\r\n--b 1-- \t\r\n"s);
    PartReader parts(entity_of(read.message));
    const auto part = parts.next();
    ASSERT_TRUE(part);
    EXPECT_TRUE(part->is("Application/isup"));
    EXPECT_EQ(part->disposition(), "signal");
    EXPECT_FALSE(part->required());
    EXPECT_EQ(part->content_id, "7@a");
    EXPECT_EQ(part->coding, "gzip");
    EXPECT_EQ(part->content, "\x01\x00\r\n--b 1x\xff"s) << "binary, and a line that only begins with the boundary";
    EXPECT_TRUE(part->fields.starts_with("Content-Type") && part->fields.ends_with("gzip\r\n"));
    EXPECT_FALSE(parts.next());
    EXPECT_EQ(find_part_by_id(read.message, "7@a")->content, part->content);
    EXPECT_FALSE(find_part_by_id(read.message, "8@a"));
}

// A part may have neither fields nor content; a part of fields alone has no empty line.
TEST(PartReader, ReadsPartsThatAreNearlyEmpty) {
    const Read read(mixed, "--b 1\r\n\r\n\r\n--b 1\r\nContent-Type: a/b\r\n\r\n--b 1\r\nContent-ID: <c>\r\n--b 1\r\n--b 1--");
    PartReader parts(entity_of(read.message));
    Texts seen;
    while (const auto part = parts.next()) seen.push_back(std::string(part->content_type) + "|" + std::string(part->content_id) + "|" + std::string(part->content));
    EXPECT_EQ(seen, (Texts{"||", "a/b||", "|c|", "||"}));
    EXPECT_FALSE(parts.error());
}

struct Broken {
    const char* name;
    std::string fields, body;
    ErrorCode code;
    std::string_view at;  ///< the text that stands at the offset; empty: the end
};

class BrokenBody : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenBody, IsNamedByItsOctet) {
    const Broken& c = GetParam();
    const Read read(c.fields, c.body);
    const auto checked = check_body(read.message);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, c.code);
    const std::string_view there = std::string_view(read.bytes).substr(checked.error().offset);
    EXPECT_TRUE(c.at.empty() ? there.empty() : there.starts_with(c.at)) << there;
}

using enum ErrorCode;
INSTANTIATE_TEST_SUITE_P(
    Rfc2046, BrokenBody,
    ::testing::Values(Broken{"no_boundary", "Content-Type: multipart/mixed\r\n", "--b\r\n\r\n--b--", bad_boundary, "multipart/mixed"},
                      Broken{"boundary_with_blank_end", "Content-Type: multipart/mixed;boundary=\"b \"\r\n", "x", bad_boundary, "multipart/mixed"},
                      Broken{"boundary_too_long", "Content-Type: multipart/mixed;boundary=" + std::string(71, 'b') + "\r\n", "x", bad_boundary, "multipart"},
                      Broken{"no_part", std::string(mixed), "--b 2\r\n\r\n", boundary_not_found, ""},
                      Broken{"no_part_but_an_end", std::string(mixed), "pre\r\n--b 1--\r\n", boundary_not_found, "\r\n--b 1--"},
                      Broken{"no_end", std::string(mixed), "--b 1\r\n\r\nhello\r\n", multipart_unclosed, ""},
                      Broken{"text_where_fields_belong", std::string(mixed), "--b 1\r\nhello you\r\n\r\n--b 1--", no_colon, "you"},
                      Broken{"bad_type_of_a_part", std::string(mixed), "--b 1\r\nContent-Type: text\r\n\r\n--b 1--", bad_media_type, "\r\n\r\n--b 1--"},
                      Broken{"bad_disposition", std::string(mixed), "--b 1\r\nContent-Disposition: ;x\r\n\r\n--b 1--", bad_token, ";x"},
                      Broken{"end_lost_within", std::string(mixed),
                             "--b 1\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--b 1--", multipart_unclosed, "\r\n--b 1--"}),
    [](const auto& test) { return std::string(test.param.name); });

std::string nest(int depth) {
    std::string out = "v=0\r\n", type = "application/sdp";
    for (int i = 0; i < depth; ++i) {
        const std::string boundary = "level" + std::to_string(i);
        out = "--" + boundary + "\r\nContent-Type: " + type + "\r\n\r\n" + out + "\r\n--" + boundary + "--\r\n";
        type = "multipart/mixed;boundary=" + boundary;
    }
    return "Content-Type: " + type + "\r\n" + std::string(1, '\0') + out;
}

TEST(FindPart, LooksIntoPartsOfPartsToALimit) {
    for (const int depth : {0, 1, 4, 5}) {
        const std::string all = nest(depth);
        const std::size_t cut = all.find('\0');
        const Read read(all.substr(0, cut), all.substr(cut + 1));
        EXPECT_EQ(session_description(read.message), depth <= 4 ? "v=0\r\n" : "") << depth;
        EXPECT_EQ(check_body(read.message).has_value(), depth <= 4) << depth;
    }
    std::string many;
    for (int i = 0; i < 70; ++i) many += "--b 1\r\n\r\n";
    const Read read(mixed, many + "--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b 1--");
    EXPECT_EQ(session_description(read.message), "");
    EXPECT_EQ(check_body(read.message).error().code, ErrorCode::too_many_parts);
}

// RFC 5621 §5, §6.1: of mixed parts the first, of alternatives the last that fits.
TEST(FindPart, TakesTheFirstOfMixedAndTheLastOfAlternativeParts) {
    const std::string two = "--b 1\r\nContent-Type: application/sdp\r\n\r\none\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\ntwo\r\n--b 1--";
    const Read both(mixed, two);
    EXPECT_EQ(session_description(both.message), "one");
    const Read choice("Content-Type: multipart/alternative;boundary=\"b 1\"\r\n", two);
    EXPECT_EQ(session_description(choice.message), "two");
    const Read unheard_of("Content-Type: multipart/parcel;boundary=\"b 1\"\r\n", two);
    EXPECT_EQ(session_description(unheard_of.message), "one") << "RFC 5621 §4.2: as multipart/mixed";
}

// RFC 3261 §20.11: session is the default of application/sdp alone.
TEST(FindPart, HeedsDispositionAndCoding) {
    const Read plain("Content-Type: application/sdp\r\n", "v=0");
    EXPECT_EQ(session_description(plain.message), "v=0");
    const Read early("Content-Type: application/sdp\r\nContent-Disposition: early-session\r\n", "v=0");
    EXPECT_EQ(session_description(early.message), "");
    EXPECT_TRUE(find_part(early.message, "application/sdp"));
    const Read zipped("Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "v=0");
    EXPECT_EQ(session_description(zipped.message), "");
    const Read base64(mixed, "--b 1\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0w\r\n--b 1--");
    EXPECT_EQ(session_description(base64.message), "");
    const Read nothing("", "");
    EXPECT_EQ(session_description(nothing.message), "");
}

TEST(RefuseBody, NamesTheCodingThatIsNotRead) {
    constexpr std::string_view types[] = {"application/sdp"};
    const Read zipped("Content-Type: application/sdp\r\nContent-Encoding: identity\r\nContent-Encoding: GZip, deflate\r\n", "\x1f\x8b");
    const auto refusal = refuse_body(zipped.message, types);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->reject.status, 415);
    EXPECT_EQ(refusal->reject.reason, "Content-Encoding gzip Not Supported");
    EXPECT_EQ(refusal->what, "GZip");
    EXPECT_EQ(refusal->headers, "Accept-Encoding: identity\r\n");
    const Read unknown("Content-Type: application/sdp\r\ne: tar\r\n", "x");
    EXPECT_EQ(refuse_body(unknown.message, types)->reject.reason, "Content-Encoding Not Supported");
    const Read optional("Content-Type: application/sdp\r\ne: tar\r\nContent-Disposition: session;handling=optional\r\n", "x");
    EXPECT_FALSE(refuse_body(optional.message, types));
    const Read identity("Content-Type: application/sdp;a=b\r\ne: identity\r\n", "x");
    EXPECT_FALSE(refuse_body(identity.message, types));
}

// RFC 5621 §8.1 to §8.4: what is required has to be understood, and one of the alternatives.
TEST(RefuseBody, NamesTheTypeThatIsNotUnderstood) {
    constexpr std::string_view types[] = {"application/sdp", "text/plain"};
    const auto refused = [&](std::string_view fields, std::string_view body) {
        const Read read(fields, body);
        const auto refusal = refuse_body(read.message, types);
        return refusal ? std::string(refusal->what) + "|" + refusal->headers : std::string("-");
    };
    const std::string accept = "|Accept: application/sdp, text/plain, multipart/mixed, multipart/alternative\r\n";
    EXPECT_EQ(refused("", ""), "-");
    EXPECT_EQ(refused("Content-Type: application/isup\r\n", "x"), "application/isup" + accept);
    const std::string sdp = "--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n";
    const std::string isup = "--b 1\r\nContent-Type: application/isup\r\n\r\nx\r\n", end = "--b 1--";
    const std::string optional = "--b 1\r\nContent-Type: application/isup\r\nContent-Disposition: signal;handling=optional\r\n\r\nx\r\n";
    EXPECT_EQ(refused(mixed, sdp + end), "-");
    EXPECT_EQ(refused(mixed, sdp + isup + end), "application/isup" + accept);
    EXPECT_EQ(refused(mixed, sdp + optional + end), "-");
    EXPECT_EQ(refused("Content-Type: multipart/alternative;boundary=\"b 1\"\r\n", sdp + isup + end), "-");
    EXPECT_EQ(refused("Content-Type: multipart/alternative;boundary=\"b 1\"\r\n", isup + end), "application/isup" + accept);
}

TEST(WriteMultipart, IsReadBackAsItWas) {
    const std::string first = "v=0\r\n", second("\x00\r\n--part\r\n\r\n"s);
    const NewPart parts[] = {{"application/sdp", first}, {"application/isup", second, "Content-Disposition: signal;handling=optional\r\n"}, {"", ""}};
    const std::string boundary = free_boundary(parts, "part");
    EXPECT_EQ(boundary, "part1") << "the second part has the candidate";
    std::string body;
    write_multipart(body, parts, boundary);
    const Read read("Content-Type: " + multipart_type("mixed", boundary) + "\r\n", body);
    EXPECT_TRUE(check_body(read.message));
    EXPECT_EQ(contents(read.message), (Texts{first, second, ""}));
    EXPECT_EQ(find_part(read.message, "application/isup", "signal")->content, second);
    EXPECT_EQ(free_boundary(parts, "not@a boundary"), "part1");
    EXPECT_TRUE(is_boundary("a'()+_,-./:=? b"));
    EXPECT_FALSE(is_boundary(""));
}

}  // namespace
}  // namespace offhook::message
