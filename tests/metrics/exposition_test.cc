#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace millrace::metrics {
namespace {

TEST(Exposition, TellsHelpTypeAndSamples) {
  Exposition out;
  out.begin({"a_total", MetricType::counter, "x, y", "What a is"});
  out.sample({{"x", "1"}, {"y", "2"}}, 7);
  out.sample({{"x", ""}, {"y", "z"}}, int64_t{-8});
  out.tell({"b_seconds", MetricType::gauge, "", "What b is"}, 0.25);
  EXPECT_EQ(out.text(),
            "# HELP a_total What a is\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"1\",y=\"2\"} 7\n"
            "a_total{x=\"\",y=\"z\"} -8\n"
            "# HELP b_seconds What b is\n"
            "# TYPE b_seconds gauge\n"
            "b_seconds 0.25\n");
}

TEST(Exposition, EscapesLabelsAndHelp) {
  Exposition out;
  out.begin({"a", MetricType::gauge, "x", "one\\two\n\"three\""});
  out.sample({{"x", "a\"b\\c\nd é"}}, 1);
  EXPECT_EQ(out.text(),
            "# HELP a one\\\\two\\n\"three\"\n"
            "# TYPE a gauge\n"
            "a{x=\"a\\\"b\\\\c\\nd é\"} 1\n");
}

TEST(Exposition, ALabelThatIsNoUtf8TellsItsBytes) {
  const auto told = [](const char* label) {
    Exposition out;
    out.begin({"a", MetricType::gauge, "x", "a"});
    out.sample({{"x", label}}, 1);
    const std::string& text = out.text();
    return text.substr(text.find("a{x="));
  };
  EXPECT_EQ(told("\xff"), "a{x=\"\\\\xff\"} 1\n");
  EXPECT_EQ(told("\xc3\xa9\xc3"), "a{x=\"\xc3\xa9\\\\xc3\"} 1\n");
  EXPECT_EQ(told("\xc0\xaf"), "a{x=\"\\\\xc0\\\\xaf\"} 1\n");
  EXPECT_EQ(told("\xe0\x80\xaf"), "a{x=\"\\\\xe0\\\\x80\\\\xaf\"} 1\n");
  EXPECT_EQ(told("\xed\xa0\x80"), "a{x=\"\\\\xed\\\\xa0\\\\x80\"} 1\n");
  EXPECT_EQ(told("\xf4\x90\x80\x80"), "a{x=\"\\\\xf4\\\\x90\\\\x80\\\\x80\"} 1\n");
  EXPECT_EQ(told("\xf0\x9f\x90\x8c"), "a{x=\"\xf0\x9f\x90\x8c\"} 1\n");
}

TEST(Exposition, BucketsOfAHistogramAddUp) {
  obs::HistogramCounts counts;
  counts.buckets.front() = 2;
  counts.buckets[1] = 1;
  counts.buckets.back() = 4;
  counts.sum = std::chrono::milliseconds(1'500);
  Exposition out;
  out.begin({"h_seconds", MetricType::histogram, "api", "h"});
  out.sample({{"api", "A"}}, counts);
  const auto has = [&](std::string_view line) {
    return out.text().find(line) != std::string::npos;
  };
  EXPECT_TRUE(has("\nh_seconds_bucket{api=\"A\",le=\"5e-05\"} 2\n")) << out.text();
  EXPECT_TRUE(has("\nh_seconds_bucket{api=\"A\",le=\"1e-04\"} 3\n"));
  EXPECT_TRUE(has("\nh_seconds_bucket{api=\"A\",le=\"30\"} 3\n"));
  EXPECT_TRUE(has("\nh_seconds_bucket{api=\"A\",le=\"+Inf\"} 7\n"));
  EXPECT_TRUE(has("\nh_seconds_sum{api=\"A\"} 1.5\n"));
  EXPECT_TRUE(has("\nh_seconds_count{api=\"A\"} 7\n"));
}

TEST(Exposition, WritesNumbersAsPrometheusReadsThem) {
  EXPECT_EQ(number_text(0.0025), "0.0025");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(number_text(std::nan("")), "NaN");
}

}  // namespace
}  // namespace millrace::metrics
