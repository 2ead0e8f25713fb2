// URIs, patterns, places, matchings: what the rest stands on.
#include <gtest/gtest.h>

#include "base/text.h"
#include "json/text.h"
#include "schema/json_schema/matching.h"
#include "schema/json_schema/pattern.h"
#include "schema/json_schema/place.h"
#include "schema/json_schema/uri.h"

namespace millrace::schema::json_schema {
namespace {

// The examples of RFC 3986, 5.4, but for those with a query alone.
TEST(Uri, ResolvesAsTheStandardSays) {
  const auto resolve = [](std::string_view reference) {
    return resolve_uri("http://a/b/c/d;p?q", reference);
  };
  EXPECT_EQ(resolve("g:h"), "g:h");
  EXPECT_EQ(resolve("g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("./g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolve("/g"), "http://a/g");
  EXPECT_EQ(resolve("//g"), "http://g");
  EXPECT_EQ(resolve("g?y"), "http://a/b/c/g?y");
  EXPECT_EQ(resolve("#s"), "http://a/b/c/d;p?q#s");
  EXPECT_EQ(resolve("g#s"), "http://a/b/c/g#s");
  EXPECT_EQ(resolve("."), "http://a/b/c/");
  EXPECT_EQ(resolve(".."), "http://a/b/");
  EXPECT_EQ(resolve("../g"), "http://a/b/g");
  EXPECT_EQ(resolve("../../../g"), "http://a/g");
  EXPECT_EQ(resolve(""), "http://a/b/c/d;p?q");
}

TEST(Uri, OfABaseWithoutHierarchyOnlyTheFragmentChanges) {
  EXPECT_EQ(resolve_uri("urn:a:b", "#s"), "urn:a:b#s");
  EXPECT_EQ(resolve_uri("urn:a:b", "c"), "c");
  EXPECT_EQ(resolve_uri("mem://input", "c"), "mem://input/c");
}

TEST(Uri, DecodesPercents) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc%"), "a b/c%");
  EXPECT_EQ(percent_decoded("%zz%4"), "%zz%4");
}

TEST(JsonPointer, LeadsThroughObjectsAndArrays) {
  const auto document = json::parse(R"({"a": [1, {"b/c": {"": 5}}], "~": 6})");
  EXPECT_EQ(*at_pointer(*document, "/a/1/b~1c/"), json::Value(5));
  EXPECT_EQ(*at_pointer(*document, "/~0"), json::Value(6));
  EXPECT_EQ(at_pointer(*document, ""), &*document);
  for (const char* nowhere : {"a", "/b", "/a/2", "/a/x", "/a/0/0", "/a/", "/a/-1"}) {
    EXPECT_EQ(at_pointer(*document, nowhere), nullptr) << nowhere;
  }
}

TEST(Pattern, IsFoundAnywhereUnlessAnchored) {
  EXPECT_EQ(Pattern("b").found_in("abc"), true);
  EXPECT_EQ(Pattern("^b").found_in("abc"), false);
  EXPECT_EQ(Pattern("^\\p{L}+$").found_in("\u00e9t\u00e9"), true);
}

TEST(Pattern, TakesEcmaEscapes) {
  EXPECT_EQ(Pattern("^\\u00e9$").found_in("\u00e9"), true);
  EXPECT_EQ(Pattern("^\\\\u00e9$").found_in("\\u00e9"), true);
  EXPECT_EQ(Pattern("\\/").found_in("a/b"), true);
}

TEST(Pattern, IsOpaqueWhereRe2HasNoSuchThing) {
  for (const char* text : {"(?=a)b", "(a)\\1", "(?<!a)b", "(", "a{2000}"}) {
    const Pattern pattern(text);
    EXPECT_TRUE(pattern.is_opaque()) << text;
    EXPECT_EQ(pattern.found_in("ab"), std::nullopt);
    EXPECT_EQ(pattern.text(), text);
  }
}

TEST(Pattern, IsNeverCatastrophic) {
  EXPECT_EQ(Pattern("^(a+)+$").found_in(std::string(100'000, 'a').append("b")), false);
}

TEST(Place, ClipsLongNamesBetweenCharacters) {
  EXPECT_EQ(clipped("short"), "short");
  const std::string front(99, 'a');
  EXPECT_EQ(clipped(cat(front, "\u00e9\u00e9")), cat(front, "…"));
}

TEST(Place, ShowsTheEndOfALongWay) {
  Place place;
  const Place::Step first(place, "properties");
  EXPECT_EQ(place.text(), "/properties");
  {
    const Place::Step second(place, "age");
    EXPECT_EQ(place.text(), "/properties/age");
    EXPECT_EQ(place.joined(), "properties/age");
  }
  EXPECT_EQ(place.joined(), "properties");
}

TEST(LargestMatching, MovesPartnersToMakeRoom) {
  EXPECT_EQ(largest_matching({{0, 1}, {0}}, 2), 2u);
  EXPECT_EQ(largest_matching({{0}, {0}}, 2), 1u);
  EXPECT_EQ(largest_matching({{0, 1}, {0, 2}, {1}, {2}}, 3), 3u);
  EXPECT_EQ(largest_matching({{}, {1}}, 2), 1u);
  EXPECT_EQ(largest_matching({}, 0), 0u);
}

}  // namespace
}  // namespace millrace::schema::json_schema
