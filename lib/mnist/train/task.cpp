#include "mnist/train/task.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "mnist/train/digit_task.h"
#include "mnist/train/page_task.h"

namespace mnist {
namespace {

struct TaskKind {
  std::string_view network;  // that it trains
  std::unique_ptr<TrainingTask> (*make)(const RunConfig& config, const TaskPlace& place);
};

constexpr std::array kTasks = {
    TaskKind{ConvNetOptions::kName, make_digit_task},
    TaskKind{PageNetOptions::kName, make_page_task},
};
static_assert(kTasks.size() == std::variant_size_v<NetworkOptions>, "a network has no task");

const TaskKind& kind_of(const RunConfig& config) {
  const std::string_view name = network_name(config.model);
  std::size_t i = 0;
  while (kTasks[i].network != name) ++i;
  return kTasks[i];
}

}  // namespace

bool reads_data(const RunConfig& config) {
  const auto is_idx = [](const SourceConfig& source) { return !source.images.empty(); };
  return !config.data.train_images.empty() || std::ranges::any_of(config.data.sources, is_idx);
}

bool needs_page_model(const RunConfig& config) {
  const auto is_pictures = [](const SourceConfig& source) { return !source.pictures.empty(); };
  return config.data.finds > 0 || std::ranges::any_of(config.data.sources, is_pictures);
}

std::unique_ptr<TrainingTask> make_task(const RunConfig& config, const TaskPlace& place) {
  return kind_of(config).make(config, place);
}

}  // namespace mnist
