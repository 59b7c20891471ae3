#include "offhook/message/content_id.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 8262 §3.2 with RFC 5322 §3.6.4.
TEST(ContentId, IsWhatACidUriNames) {
    const std::pair<const char*, const char*> cases[] = {{"<target123@atlanta.example.com>", "target123@atlanta.example.com"},
                                                         {"<an3bt8jf03@example.net>", "an3bt8jf03@example.net"},
                                                         {"<a.b+c@[2001:db8::1]>", "a.b+c@[2001:db8::1]"}};
    for (const auto& [text, id] : cases) EXPECT_EQ(parse_content_id(text), id);
}

TEST(ContentId, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::content_id, "target123@atlanta.example.com", bad_content_id, 0},
        {HeaderId::content_id, "<target123>", bad_content_id, 10},
        {HeaderId::content_id, "<a@>", bad_content_id, 3},
        {HeaderId::content_id, "<.a@b>", bad_content_id, 1},
        {HeaderId::content_id, "<a..b@c>", bad_content_id, 3},
        {HeaderId::content_id, "<a@[b>", bad_content_id, 5},
        {HeaderId::content_id, "<a@b> ", bad_content_id, 5},
    });
}

}  // namespace
}  // namespace offhook::message
