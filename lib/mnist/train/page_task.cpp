#include "mnist/train/page_task.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <utility>
#include <variant>

#include <ATen/Context.h>
#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/gradient/autograd_gradient.h"
#include "mnist/gradient/bfloat16/bfloat16_gradient.h"
#include "mnist/gradient/page_loss.h"

namespace mnist {
namespace {

constexpr std::uint64_t kPageStream = 0x9a6e'0000'0000'0000ULL;
constexpr std::uint64_t kHeldOutStream = 0x9a6e'41d0'0000'0000ULL;
constexpr std::int64_t kHeldOutBatch = 64;
constexpr double kUsualThreshold = 0.4;
constexpr int kNear = 2;  // cells: a find at this distance from a centre still belongs to that mark

PageNetImpl& page_network(torch::nn::Module& network) {
  return dynamic_cast<PageNetImpl&>(network);
}

PageMaps maps_of(PageNetImpl& network, const PageBatch& batch) {
  return network.forward(batch.levels.to(torch::kFloat32).div(255));
}

struct Counts {
  double marks = 0;
  double right = 0;
  double misread = 0;
  double invented = 0;

  double f1() const {
    const double finds = right + misread + invented;
    return marks + finds > 0 ? 2 * right / (marks + finds) : 1.0;
  }
};

// One page's probabilities of centres, and where they should be: [kPageClasses][h][w] each.
struct CentreMaps {
  const float* found;
  const float* wanted;
  const float* counted;  // [h][w]
  std::int64_t rows;
  std::int64_t columns;

  std::int64_t cells() const { return rows * columns; }
  // The likeliest class of a cell, and its value in `maps`.
  std::pair<int, float> best(const float* maps, std::int64_t cell) const {
    std::pair<int, float> result = {0, maps[cell]};
    for (int c = 1; c < kPageClasses; ++c) {
      const float value = maps[c * cells() + cell];
      if (value > result.second) result = {c, value};
    }
    return result;
  }
  void around(std::int64_t cell, int reach, const std::function<void(std::int64_t)>& f) const {
    const std::int64_t row = cell / columns;
    const std::int64_t column = cell % columns;
    for (std::int64_t y = std::max<std::int64_t>(0, row - reach);
         y <= std::min(rows - 1, row + reach); ++y) {
      for (std::int64_t x = std::max<std::int64_t>(0, column - reach);
           x <= std::min(columns - 1, column + reach); ++x) {
        f(y * columns + x);
      }
    }
  }
};

void count_page(const CentreMaps& maps, std::span<const double> thresholds,
                std::span<Counts> counts) {
  std::vector<std::pair<std::int64_t, int>> centres;
  for (std::int64_t cell = 0; cell < maps.cells(); ++cell) {
    const auto [kind, value] = maps.best(maps.wanted, cell);
    if (value == 1) centres.emplace_back(cell, kind);
  }
  for (Counts& count : counts) count.marks += static_cast<double>(centres.size());
  for (std::int64_t cell = 0; cell < maps.cells(); ++cell) {
    const auto [kind, value] = maps.best(maps.found, cell);
    if (value < thresholds.front() || maps.counted[cell] == 0) continue;
    bool is_peak = true;
    maps.around(cell, 1, [&, value = value](std::int64_t other) {
      const float there = maps.best(maps.found, other).second;
      is_peak = is_peak && (there < value || (there == value && other >= cell));
    });
    if (!is_peak) continue;
    int meant = -1;
    maps.around(cell, kNear, [&](std::int64_t other) {
      for (const auto& [centre, wanted] : centres) {
        if (centre == other) meant = wanted;
      }
    });
    for (std::size_t t = 0; t < thresholds.size(); ++t) {
      if (value < thresholds[t]) break;
      (meant < 0 ? counts[t].invented : meant == kind ? counts[t].right : counts[t].misread) += 1;
    }
  }
}

void count_batch(const PageMaps& maps, const PageBatch& batch, std::span<const double> thresholds,
                 std::span<Counts> counts) {
  const torch::Tensor found = maps.centres.sigmoid().to(torch::kCPU).contiguous();
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    count_page({.found = found[i].data_ptr<float>(),
                .wanted = batch.centres[i].data_ptr<float>(),
                .counted = batch.counted[i].data_ptr<float>(),
                .rows = found.size(2),
                .columns = found.size(3)},
               thresholds, counts);
  }
}

}  // namespace

PageTask::PageTask(const RunConfig& config, DigitSet digits, TaskPlace place)
    : config_(config), place_(std::move(place)), digits_(std::move(digits)) {
  if (!std::holds_alternative<PageNetOptions>(config_.model)) {
    throw Error(ErrorKind::kUsage, "only the network 'page' can learn pages");
  }
}

TaskSize PageTask::size() const {
  return {.examples = config_.data.pages,
          .given = config_.data.pages,
          .held_out = config_.data.validation};
}

PageOptions PageTask::page_options() const {
  PageOptions options;
  options.images = {.pixels = {digits_.images.data_ptr<std::uint8_t>(),
                               static_cast<std::size_t>(digits_.images.numel())},
                    .labels = {digits_.labels.data_ptr<std::int64_t>(),
                               static_cast<std::size_t>(digits_.labels.numel())}};
  return options;
}

PageBatch PageTask::pages_of(const torch::Tensor& examples, std::int64_t epoch) const {
  const torch::Tensor indices = (examples + epoch * config_.data.pages).contiguous();
  return draw_page_batch(
      page_options(), mix_seed(config_.seed, kPageStream),
      {indices.data_ptr<std::int64_t>(), static_cast<std::size_t>(indices.numel())});
}

std::unique_ptr<GradientEngine> PageTask::make_gradient(
    const std::shared_ptr<torch::nn::Module>& network, FlatParameters& parameters) {
  const bool faster = place_.device.is_cpu() ? Bfloat16Gradient::native()
                                             : torch_multiplies_bfloat16(place_.device);
  const AutogradGradient::Options options = {
      .device = place_.device,
      .bfloat16 = computes_in_bfloat16(config_.training.precision, faster, place_.communicator),
      .communicator = place_.communicator};
  return std::make_unique<AutogradGradient>(
      parameters, options, [this, network](const torch::Tensor& examples, std::int64_t epoch) {
        const PageBatch batch = on_device(pages_of(examples, epoch), place_.device);
        network->train();
        return page_loss(maps_of(page_network(*network), batch), batch).total;
      });
}

void PageTask::show(torch::nn::Module& network, const torch::Tensor& examples, std::int64_t epoch) {
  maps_of(page_network(network), on_device(pages_of(examples, epoch), place_.device));
}

namespace {

// Calls `take` with the network's maps of the held-out pages, batch by batch.
template <typename Take>
void see_held_out(PageNetImpl& network, const PageOptions& options, const RunConfig& config,
                  torch::Device device, const Take& take) {
  const torch::NoGradGuard no_grad;
  network.eval();
  for (std::int64_t first = 0; first < config.data.validation; first += kHeldOutBatch) {
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kHeldOutBatch, config.data.validation - first)));
    for (std::size_t i = 0; i < indices.size(); ++i) {
      indices[i] = first + static_cast<std::int64_t>(i);
    }
    const PageBatch batch =
        draw_page_batch(options, mix_seed(config.seed, kHeldOutStream), indices);
    const PageBatch there = on_device(batch, device);
    take(maps_of(network, there), batch, there);
  }
}

}  // namespace

Validation PageTask::validate(const std::shared_ptr<torch::nn::Module>& network) {
  constexpr std::array kThresholds = {kUsualThreshold};
  std::array<Counts, 1> counts;
  double loss = 0;
  see_held_out(page_network(*network), page_options(), config_, place_.device,
               [&](const PageMaps& maps, const PageBatch& batch, const PageBatch& there) {
                 loss += page_loss(maps, there).total.item<double>() *
                         static_cast<double>(batch.size());
                 count_batch(maps, batch, kThresholds, counts);
               });
  const Counts& all = counts.front();
  const double marks = std::max(1.0, all.marks);
  return {.loss = loss / static_cast<double>(config_.data.validation),
          .accuracy = all.f1(),
          .further = {{"missed", (all.marks - all.right - all.misread) / marks},
                      {"misread", all.misread / marks},
                      {"invented", all.invented / marks}}};
}

std::map<std::string, std::string> PageTask::calibrate(
    const std::shared_ptr<torch::nn::Module>& network) {
  double best = kUsualThreshold;
  if (config_.data.validation > 0) {
    std::vector<double> thresholds;
    for (int i = 20; i <= 80; i += 2) thresholds.push_back(i / 100.0);
    std::vector<Counts> counts(thresholds.size());
    see_held_out(page_network(*network), page_options(), config_, place_.device,
                 [&](const PageMaps& maps, const PageBatch& batch, const PageBatch&) {
                   count_batch(maps, batch, thresholds, counts);
                 });
    const auto most =
        std::max_element(counts.begin(), counts.end(),
                         [](const Counts& a, const Counts& b) { return a.f1() < b.f1(); });
    best = thresholds[static_cast<std::size_t>(most - counts.begin())];
  }
  return {{"find_above", nlohmann::json(best).dump()}};
}

nlohmann::json PageTask::data_record() const {
  return {{"images", digits_.name},
          {"images_sha256", digits_.images_sha256},
          {"labels_sha256", digits_.labels_sha256}};
}

bool PageTask::has_same_data(const nlohmann::json& record) const {
  return record.value("images_sha256", "") == digits_.images_sha256 &&
         record.value("labels_sha256", "") == digits_.labels_sha256;
}

std::unique_ptr<TrainingTask> make_page_task(const RunConfig& config, const TaskPlace& place) {
  return std::make_unique<PageTask>(
      config,
      normalized(find_digit_set(place.data, config.data.train_images, config.data.train_labels),
                 config.data.form),
      place);
}

}  // namespace mnist
