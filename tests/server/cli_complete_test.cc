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
    add_schema(line_.program());
    add_log(line_.program());
    add_completion(line_);
  }
  Words offered(const Words& words) {
    return complete(
        line_.app(), words,
        {.topics = [this](const auto& from) { return named(from, {"orders", "users"}); },
         .groups = [this](const auto& from) { return named(from, {"billing"}); },
         .subjects =
             [this](const auto& from) {
               registry_ = from;
               return Words{"orders-key", "orders-value"};
             }});
  }
  Words named(const std::string& from, Words names) {
    bootstrap_ = from;
    return names;
  }

  CommandLine line_;
  std::string bootstrap_;
  RegistryPlace registry_;
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

TEST_F(Completion, OffersSubjectsWhereTheyStand) {
  const Words both = {"orders-key", "orders-value"};
  for (const char* command : {"list", "get", "register", "check", "diff", "delete"}) {
    EXPECT_EQ(offered({"schema", command, ""}), both) << command;
  }
  EXPECT_EQ(offered({"schema", "diff", "orders-key", "orders-v"}), Words{"orders-value"});
  EXPECT_EQ(offered({"schema", "register", "orders-value", ""}), Words()) << "a file's name";
  EXPECT_EQ(offered({"schema", "check", "orders-value", ""}), Words()) << "a file's name";
  EXPECT_EQ(offered({"produce", "orders", "--value-schema", ""}), both);
  EXPECT_EQ(offered({"produce", "orders", "--key-subject", "orders-k"}), Words{"orders-key"});
}

TEST_F(Completion, AsksTheRegistryThatTheLineNames) {
  offered({"schema", "get", ""});
  EXPECT_EQ(registry_.url + registry_.user, "");
  offered({"schema", "get", "--registry", "http://r:8081", "--user", "ann:x", ""});
  EXPECT_EQ(registry_.url, "http://r:8081");
  EXPECT_EQ(registry_.user, "ann:x");
}

}  // namespace
}  // namespace millrace::server
