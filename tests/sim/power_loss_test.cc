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
#include "sim/cleaning.h"
#include "sim/workload.h"

namespace millrace::sim {
namespace {

constexpr uint64_t kImagesByDefault = 10'000;
constexpr int kStepsPerWorkload = 45;

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

using Disk = io::FaultyFileSystem;

struct Image {
  std::unique_ptr<Disk> disk;
  Promises promises;
  int64_t wall_ms = 0;
};

struct Tally {
  uint64_t images = 0;
  /// Taken in the middle of a round of cleaning.
  uint64_t of_cleaning = 0;
  /// Acknowledged records that cleaning had removed.
  int64_t removed = 0;
};

// Opens what the power loss left; somewhere on the way the power may go again.
void recover_and_check(Image& image, std::mt19937_64& random, int interruptions_left,
                       Tally& tally) {
  Disk& disk = *image.disk;
  Image interrupted;
  uint64_t changes_until = 1 + random() % 80;
  const uint64_t seed = random();
  if (interruptions_left > 0) {
    disk.set_hook([&](const io::FaultyCall& call) {
      if (call.changes && --changes_until == 0) {
        interrupted = {disk.power_loss(seed), image.promises, image.wall_ms};
      }
      return io::Fault::none;
    });
  }
  ManualClock clock(image.wall_ms);
  {
    auto machine = Machine::start(disk, clock);
    ASSERT_TRUE(machine) << "does not start: " << machine.error().to_string();
    tally.removed += check(**machine, image.promises);
    if (seed % 8 == 0) {
      SCOPED_TRACE("after cleaning");
      clean(**machine, clock, [](Milliseconds) { return true; }, image.promises);
      check(**machine, image.promises);
    }
  }
  disk.set_hook(nullptr);
  if (interrupted.disk != nullptr) {
    SCOPED_TRACE("recovery was interrupted");
    recover_and_check(interrupted, random, interruptions_left - 1, tally);
  }
}

TEST(PowerLoss, KeepsWhatWasAcknowledged) {
  log::set_level(log::Level::off);  // every image has a torn end to tell of
  const uint64_t images_wanted = from_environment("MILL_SIM_IMAGES", kImagesByDefault);
  Tally tally;
  for (uint64_t seed = from_environment("MILL_SIM_SEED", 1);
       tally.images < images_wanted && !HasFailure(); ++seed) {
    SCOPED_TRACE("MILL_SIM_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    Disk disk;
    ManualClock clock;
    std::vector<Image> images;
    const Workload* running = nullptr;
    disk.set_hook([&](const io::FaultyCall& call) {
      // Between any two calls; most reads change nothing worth another look.
      if (running != nullptr && call.changes) {
        images.push_back({disk.power_loss(random()), running->promises(), clock.wall_ms()});
        tally.of_cleaning += running->is_cleaning() ? 1 : 0;
      }
      return io::Fault::none;
    });
    Workload workload(disk, clock, seed);
    running = &workload;
    for (int step = 0; step < kStepsPerWorkload && !HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      workload.step();
      for (auto& image : images) {
        recover_and_check(image, random, 2, tally);
        ++tally.images;
        if (HasFailure()) break;
      }
      images.clear();
      if (tally.images >= images_wanted) break;
    }
  }
  // Else nothing is known of cleaning.
  EXPECT_GT(tally.of_cleaning, tally.images / 20);
  EXPECT_GT(tally.removed, static_cast<int64_t>(tally.images));
  RecordProperty("images", std::to_string(tally.images));
  RecordProperty("images_of_cleaning", std::to_string(tally.of_cleaning));
  RecordProperty("records_removed", std::to_string(tally.removed));
}

}  // namespace
}  // namespace millrace::sim
