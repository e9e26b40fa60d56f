#include "mnist/train/task.h"

#include <algorithm>

#include "mnist/train/digit_task.h"
#include "mnist/train/page_task.h"

namespace mnist {

bool reads_data(const RunConfig& config) {
  const auto is_idx = [](const SourceConfig& source) { return !source.images.empty(); };
  return !config.data.train_images.empty() || std::ranges::any_of(config.data.sources, is_idx);
}

bool needs_page_model(const RunConfig& config) {
  const auto is_pictures = [](const SourceConfig& source) { return !source.pictures.empty(); };
  return config.data.finds > 0 || std::ranges::any_of(config.data.sources, is_pictures);
}

std::unique_ptr<TrainingTask> make_task(const RunConfig& config, const TaskPlace& place) {
  return is_classifier(config.model) ? make_digit_task(config, place)
                                     : make_page_task(config, place);
}

}  // namespace mnist
