// What a shell is offered for a line that is being typed.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/complete.h"
#include "command.h"

namespace millrace::server {
namespace {

using Words = std::vector<std::string>;

class Completion : public ::testing::Test {
 protected:
  void SetUp() override {
    add_serve(program_);
    add_topic(program_);
    add_produce(program_);
    add_consume(program_);
    add_group(program_);
    add_log(program_);
    add_completion(program_);
  }
  Words offered(const Words& words) {
    return complete(
        app_, words,
        {.topics = [this](const auto& from) { return named(from, {"orders", "users"}); },
         .groups = [this](const auto& from) { return named(from, {"billing"}); }});
  }
  Words named(const std::string& from, Words names) {
    bootstrap_ = from;
    return names;
  }

  CLI::App app_;
  Program program_{.app = app_, .action = {}};
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
  EXPECT_EQ(offered({"completion", ""}), Words()) << "what is no flag is not known by its name";
}

TEST_F(Completion, OffersTopicsAndGroups) {
  EXPECT_EQ(offered({"consume", "o"}), Words{"orders"});
  EXPECT_EQ(offered({"topic", "describe", ""}), (Words{"orders", "users"}));
  EXPECT_EQ(offered({"topic", "create", ""}), Words()) << "a new name is nobody's";
  EXPECT_EQ(offered({"consume", "orders", "--group", ""}), Words{"billing"});
  EXPECT_EQ(offered({"group", "seek", "billing", "--topic", "u"}), Words{"users"});
  EXPECT_EQ(bootstrap_, "");
}

TEST_F(Completion, AsksTheBrokerThatTheLineNames) {
  EXPECT_EQ(offered({"group", "describe", "-b", "10.0.0.1:9092", "b"}), Words{"billing"});
  EXPECT_EQ(bootstrap_, "10.0.0.1:9092");
}

}  // namespace
}  // namespace millrace::server
