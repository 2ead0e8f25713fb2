// Links to a broker in this process that lose requests and answers as a test says.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "client/error.h"
#include "client/link.h"
#include "client/task.h"

namespace millrace::embed {

/// What becomes of one request.
enum class Fate : uint8_t {
  arrives,
  /// The connection ends before the broker has it.
  is_lost,
  /// The broker has it, and the connection ends before the answer.
  loses_its_answer,
  /// Nothing comes back, and nobody is told.
  is_swallowed,
};

/// Those of one client. Inside its driver only.
class FlakyLinks final : public client::LinkFactory,
                         public std::enable_shared_from_this<FlakyLinks> {
 public:
  explicit FlakyLinks(std::shared_ptr<client::LinkFactory> inner) : inner_(std::move(inner)) {}

  /// Asked for each request, with its API key.
  std::function<Fate(int16_t)> fate = [](int16_t) { return Fate::arrives; };

  /// From now on nothing comes through, and what is under way is lost.
  void cut() {
    is_cut_ = true;
    for (const auto& known : std::exchange(links_, {})) {
      if (const auto link = known.lock()) link->close(gone());
    }
  }
  void mend() { is_cut_ = false; }
  bool is_cut() const { return is_cut_; }

  client::Task<Result<client::LinkPtr>> connect(client::Address address,
                                                SteadyTime deadline) override {
    if (is_cut_) co_return client::client_error(ClientErrc::unreachable, "the network is down");
    auto connecting = inner_->connect(std::move(address), deadline);
    auto link = co_await connecting;
    if (!link) co_return link;
    auto flaky = std::make_shared<FlakyLink>(shared_from_this(), *std::move(link));
    std::erase_if(links_, [](const auto& known) { return known.expired(); });
    links_.push_back(flaky);
    co_return client::LinkPtr(std::move(flaky));
  }
  const std::vector<client::Address>& bootstrap() const override { return inner_->bootstrap(); }

 private:
  class FlakyLink final : public client::Link {
   public:
    FlakyLink(std::shared_ptr<FlakyLinks> links, client::LinkPtr inner)
        : links_(std::move(links)), inner_(std::move(inner)) {}

    bool is_open() const override { return inner_->is_open(); }
    void close(Error why) override {
      for (const auto& exchange : std::exchange(swallowed_, {})) exchange->fail(why);
      inner_->close(std::move(why));
    }
    void submit(std::shared_ptr<client::Exchange> exchange) override {
      switch (links_->fate(exchange->api_key())) {
        case Fate::arrives: return inner_->submit(std::move(exchange));
        case Fate::is_lost: exchange->fail(gone()); return close(gone());
        case Fate::loses_its_answer: inner_->submit(std::move(exchange)); return close(gone());
        case Fate::is_swallowed: swallowed_.push_back(std::move(exchange));
      }
    }
    const client::ApiRanges& ranges() const override { return inner_->ranges(); }
    const std::string& peer() const override { return inner_->peer(); }

   private:
    const std::shared_ptr<FlakyLinks> links_;
    const client::LinkPtr inner_;
    std::vector<std::shared_ptr<client::Exchange>> swallowed_;
  };

  static Error gone() { return client::client_error(ClientErrc::disconnected, "it was cut"); }

  const std::shared_ptr<client::LinkFactory> inner_;
  bool is_cut_ = false;
  std::vector<std::weak_ptr<client::Link>> links_;
};

}  // namespace millrace::embed
