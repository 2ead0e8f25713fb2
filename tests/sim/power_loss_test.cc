// Power loss: the disk stops between any two calls of a mixed workload and keeps any part of what
// was not synced; recovery is interrupted the same way. What was acknowledged must be there.
//
// MILL_SIM_IMAGES sets how many disk images are looked at, MILL_SIM_SEED where to begin. A failure
// names the seed; the same seed gives the same run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/log.h"
#include "io/faulty_file_system.h"
#include "sim/check.h"
#include "sim/workload.h"

namespace millrace::sim {
namespace {

constexpr uint64_t kImagesByDefault = 10'000;
constexpr int kStepsPerWorkload = 60;

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

using Disk = io::FaultyFileSystem;

struct Image {
  std::unique_ptr<Disk> disk;
  Promises promises;
};

// Opens what the power loss left; somewhere on the way the power may go again.
void recover_and_check(Disk& disk, const Promises& promises, std::mt19937_64& random,
                       int interruptions_left) {
  std::unique_ptr<Disk> interrupted;
  uint64_t changes_until = 1 + random() % 60;
  const uint64_t seed = random();
  if (interruptions_left > 0) {
    disk.set_hook([&](const io::FaultyCall& call) {
      if (call.changes && --changes_until == 0) interrupted = disk.power_loss(seed);
      return io::Fault::none;
    });
  }
  ManualClock clock;
  {
    auto machine = Machine::start(disk, clock);
    ASSERT_TRUE(machine) << "does not start: " << machine.error().to_string();
    check(**machine, promises);
  }
  disk.set_hook(nullptr);
  if (interrupted != nullptr) {
    SCOPED_TRACE("recovery was interrupted");
    recover_and_check(*interrupted, promises, random, interruptions_left - 1);
  }
}

TEST(PowerLoss, KeepsWhatWasAcknowledged) {
  log::set_level(log::Level::off);  // every image has a torn end to tell of
  const uint64_t images_wanted = from_environment("MILL_SIM_IMAGES", kImagesByDefault);
  uint64_t images_checked = 0;
  for (uint64_t seed = from_environment("MILL_SIM_SEED", 1);
       images_checked < images_wanted && !HasFailure(); ++seed) {
    SCOPED_TRACE("MILL_SIM_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    Disk disk;
    ManualClock clock;
    std::vector<Image> images;
    const Promises* promises = nullptr;
    disk.set_hook([&](const io::FaultyCall& call) {
      // Between any two calls; most reads change nothing worth another look.
      if (promises != nullptr && call.changes) {
        images.push_back({.disk = disk.power_loss(random()), .promises = *promises});
      }
      return io::Fault::none;
    });
    Workload workload(disk, clock, seed);
    promises = &workload.promises();
    for (int step = 0; step < kStepsPerWorkload && !HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      workload.step();
      for (auto& image : images) {
        recover_and_check(*image.disk, image.promises, random, 2);
        ++images_checked;
        if (HasFailure()) break;
      }
      images.clear();
      if (images_checked >= images_wanted) break;
    }
  }
  RecordProperty("images", std::to_string(images_checked));
}

}  // namespace
}  // namespace millrace::sim
