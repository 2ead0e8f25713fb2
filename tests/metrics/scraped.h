// What a scrape says, taken apart; and a broker in memory to scrape.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "embed/broker_impl.h"
#include "http/message.h"
#include "metrics/endpoint.h"

namespace millrace::metrics {

struct ScrapedMetric {
  std::string type;
  std::string help;
  /// Of its samples, "le" left out; one text, with ", " between.
  std::set<std::string> labels;
};

struct Scraped {
  std::map<std::string, ScrapedMetric> metrics;
  /// By the whole name: "a_total{x=\"1\"}".
  std::map<std::string, std::string> samples;
};

/// A line that is none of the format fails the test, and so does a sample outside of its metric.
inline Scraped parse_exposition(const std::string& text) {
  static const std::regex comment("# (HELP|TYPE) ([a-z_]+) (.*)");
  static const std::regex sample("([a-z_]+)(\\{(.*)\\})? (\\S+)");
  static const std::regex label("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");
  Scraped scraped;
  std::string current;
  std::istringstream lines(text);
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, found, comment)) {
      const std::string name = found[2];
      EXPECT_TRUE(name == current || !scraped.metrics.contains(name)) << name << " comes twice";
      current = name;
      (found[1] == "HELP" ? scraped.metrics[name].help : scraped.metrics[name].type) = found[3];
      continue;
    }
    if (!std::regex_match(line, found, sample)) {
      ADD_FAILURE() << "no line of the format: " << line;
      continue;
    }
    EXPECT_EQ(found[1].str().rfind(current, 0), 0U) << line << " stands below " << current;
    std::string names;
    const std::string labels = found[3];
    for (std::sregex_iterator each(labels.begin(), labels.end(), label), end; each != end; ++each) {
      if ((*each)[1] == "le") continue;
      names += (names.empty() ? "" : ", ") + (*each)[1].str();
    }
    scraped.metrics[current].labels.insert(names);
    scraped.samples[found[1].str() + found[2].str()] = found[4];
  }
  return scraped;
}

class EndpointTest : public ::testing::Test {
 protected:
  void open(EndpointOptions options = {}, BrokerOptions broker = {.dir = std::string(in_memory)}) {
    auto opened = embed::BrokerImpl::open(std::move(broker), std::nullopt);
    ASSERT_TRUE(opened) << opened.error().message();
    broker_ = *std::move(opened);
    endpoint_ = std::make_unique<Endpoint>(std::move(options));
    endpoint_->set_broker(broker_);
  }
  ~EndpointTest() override {
    if (!broker_) return;
    EXPECT_TRUE(broker_->close(Milliseconds(0)));
  }

  http::Response ask(std::string path, std::string method = "GET") {
    return begin_to_ask(std::move(path), std::move(method)).get();
  }
  std::future<http::Response> begin_to_ask(std::string path, std::string method = "GET") {
    const auto answer = std::make_shared<std::promise<http::Response>>();
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    endpoint_->answer(
        request, [answer](http::Response response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }
  Scraped scrape() { return parse_exposition(ask("/metrics").body); }

  std::shared_ptr<embed::BrokerImpl> broker_;
  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace millrace::metrics
