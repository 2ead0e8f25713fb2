// What a shell is offered for a line that is being typed.
#include <gtest/gtest.h>

#include "cli/complete.h"
#include "command_line.h"

namespace millrace::server {
namespace {

using Words = std::vector<std::string>;

class Completion : public ::testing::Test {
 protected:
  void SetUp() override {
    add_serve(line_.program());
    add_topic(line_.program());
    add_produce(line_.program());
    add_consume(line_.program());
    add_group(line_.program());
    add_wait(line_.program());
    add_log(line_.program());
    add_completion(line_);
  }
  Words offered(const Words& words) {
    return complete(
        line_.app(), words,
        {.topics = [this](const auto& from) { return named(from, {"orders", "users"}); },
         .groups = [this](const auto& from) { return named(from, {"billing"}); }});
  }
  Words named(const std::string& from, Words names) {
    bootstrap_ = from;
    return names;
  }

  CommandLine line_;
  std::string bootstrap_;
};

TEST_F(Completion, OffersCommands) {
  EXPECT_EQ(offered({"co"}), (Words{"completion", "consume"})) << "and not the hidden one";
  EXPECT_EQ(offered({"topic", "de"}), (Words{"delete", "describe"}));
  EXPECT_EQ(offered({"nonsense", "x"}), Words());
  EXPECT_EQ(offered({}), Words());
}

TEST_F(Completion, OffersFlagsAndTheirFewValues) {
  EXPECT_EQ(offered({"produce", "--comp"}), Words{"--compression"});
  EXPECT_EQ(offered({"produce", "orders", "--compression", "l"}), Words{"lz4"});
  EXPECT_EQ(offered({"consume", "--commit", ""}), (Words{"auto", "manual", "never"}));
  EXPECT_EQ(offered({"wait", "--isolation", "read_c"}), Words{"read_committed"});
  EXPECT_EQ(offered({"completion", ""}), Words()) << "what is no flag is not known by its name";
}

TEST_F(Completion, OffersTopicsAndGroups) {
  EXPECT_EQ(offered({"consume", "o"}), Words{"orders"});
  EXPECT_EQ(offered({"topic", "describe", ""}), (Words{"orders", "users"}));
  EXPECT_EQ(offered({"topic", "create", ""}), Words()) << "a new name is nobody's";
  EXPECT_EQ(offered({"consume", "orders", "--group", ""}), Words{"billing"});
  EXPECT_EQ(offered({"group", "seek", "billing", "--topic", "u"}), Words{"users"});
  EXPECT_EQ(offered({"wait", "--caught-up", "--group", "b"}), Words{"billing"});
  EXPECT_EQ(offered({"wait", "--group", "billing", "--topic", ""}), (Words{"orders", "users"}));
  EXPECT_EQ(bootstrap_, "");
}

TEST_F(Completion, AsksTheBrokerThatTheLineNames) {
  EXPECT_EQ(offered({"group", "describe", "-b", "10.0.0.1:9092", "b"}), Words{"billing"});
  EXPECT_EQ(bootstrap_, "10.0.0.1:9092");
}

}  // namespace
}  // namespace millrace::server
