#include "mnist/data/page_batch.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <ATen/Parallel.h>

#include "mnist/base/random.h"

namespace mnist {
namespace {

constexpr double kSpread = 0.8;   // cells: the standard deviation of a centre's target
constexpr double kNearly = 0.72;  // of the least size: from here on it may be found or not
constexpr double kBarely = 1.3;   // of the largest size: up to here it may be found or not
constexpr float kInked = 0.35F;   // ink that belongs to its mark

// How a mark of this size should be seen at this scale.
enum class Size { kSmall, kEither, kRight, kLarge };

Size size_of(const PageMark& mark, const PageOptions& options) {
  const bool is_digit = mark.kind >= 0 && mark.kind < 10;
  const double side = is_digit ? std::max(mark.width, mark.height) : static_cast<double>(mark.side);
  if (side < kNearly * options.least_digit) return Size::kSmall;
  if (side < options.least_digit) return Size::kEither;
  if (side <= options.largest_digit) return Size::kRight;
  return side < kBarely * options.largest_digit ? Size::kEither : Size::kLarge;
}

// One page's part of every tensor.
struct Targets {
  std::int64_t width, height;  // cells
  std::uint8_t* levels;
  float *centres, *counted, *small, *other, *sizes, *ways, *owned, *ink, *inkable;

  std::int64_t cells() const { return width * height; }
};

template <typename Function>
void for_cells(const Targets& t, const PageMark& mark, const Function& function) {
  const auto cell = [](double pixel, std::int64_t cells) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(pixel) / kPageCell, 0, cells - 1);
  };
  for (std::int64_t y = cell(mark.y, t.height); y <= cell(mark.y + mark.height, t.height); ++y) {
    for (std::int64_t x = cell(mark.x, t.width); x <= cell(mark.x + mark.width, t.width); ++x) {
      function(y * t.width + x);
    }
  }
}

void set_centre(const PageMark& mark, const Targets& t) {
  const double x = (mark.x + mark.width / 2) / kPageCell - 0.5;
  const double y = (mark.y + mark.height / 2) / kPageCell - 0.5;
  const auto column = std::clamp<std::int64_t>(std::lround(x), 0, t.width - 1);
  const auto row = std::clamp<std::int64_t>(std::lround(y), 0, t.height - 1);
  const std::int64_t kind = mark.kind < 0 ? kUnreadableClass : mark.kind;
  float* map = t.centres + kind * t.cells();
  constexpr std::int64_t kReach = 3;
  for (std::int64_t i = std::max<std::int64_t>(0, row - kReach);
       i < std::min(t.height, row + kReach + 1); ++i) {
    for (std::int64_t j = std::max<std::int64_t>(0, column - kReach);
         j < std::min(t.width, column + kReach + 1); ++j) {
      const auto away = static_cast<double>((i - row) * (i - row) + (j - column) * (j - column));
      const auto value = static_cast<float>(std::exp(-away / (2 * kSpread * kSpread)));
      map[i * t.width + j] = std::max(map[i * t.width + j], value);
    }
  }
  const std::int64_t at = row * t.width + column;
  map[at] = 1;
  t.sizes[at] = static_cast<float>(std::log(std::max(1.0F, mark.width) / kPageUnit));
  t.sizes[t.cells() + at] = static_cast<float>(std::log(std::max(1.0F, mark.height) / kPageUnit));
}

void set_ink(const DrawnPage& page, const std::vector<Size>& sizes, const Targets& t) {
  const std::int64_t columns = t.width * kPageCell;
  for (std::size_t i = 0; i < page.owner.size(); ++i) {
    const auto ink = static_cast<float>(page.ink[i]) / 255.0F;
    const std::int16_t owner = page.owner[i];
    t.inkable[i] = 1;
    t.ink[i] = 0;
    if (owner < 0 || page.marks[static_cast<std::size_t>(owner)].kind < 0) continue;
    const Size size = sizes[static_cast<std::size_t>(owner)];
    if (size == Size::kRight) t.ink[i] = ink;
    if (size == Size::kEither) t.inkable[i] = 0;
    if (size != Size::kRight || ink < kInked) continue;
    const auto pixel = static_cast<std::int64_t>(i);
    const std::int64_t x = pixel % columns / kPageCell;
    const std::int64_t y = pixel / columns / kPageCell;
    const std::int64_t cell = y * t.width + x;
    if (ink < t.owned[cell]) continue;  // the strongest ink in a cell owns it
    const PageMark& mark = page.marks[static_cast<std::size_t>(owner)];
    const auto way = [](float begin, float length, std::int64_t at) {
      return static_cast<float>((begin + length / 2 - (static_cast<double>(at) + 0.5) * kPageCell) /
                                kPageUnit);
    };
    t.owned[cell] = ink;
    t.ways[cell] = way(mark.x, mark.width, x);
    t.ways[t.cells() + cell] = way(mark.y, mark.height, y);
  }
  for (std::int64_t cell = 0; cell < t.cells(); ++cell) t.owned[cell] = t.owned[cell] > 0 ? 1 : 0;
}

void set_targets(const DrawnPage& page, const PageOptions& options, const Targets& t) {
  std::copy(page.picture.pixels.begin(), page.picture.pixels.end(), t.levels);
  std::fill_n(t.counted, t.cells(), 1.0F);
  std::vector<Size> sizes;
  for (const PageMark& mark : page.marks) {
    const Size size = size_of(mark, options);
    sizes.push_back(size);
    if (size == Size::kSmall) {
      for_cells(t, mark, [&](std::int64_t cell) { t.small[cell] = 1; });
    } else if (size == Size::kEither) {
      for_cells(t, mark, [&](std::int64_t cell) { t.counted[cell] = 0; });
    } else if (size == Size::kRight) {
      set_centre(mark, t);
    }
  }
  set_ink(page, sizes, t);
  const std::int64_t columns = t.width * kPageCell;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(page.other.size()); ++i) {
    if (page.other[i] < 255 * kInked) continue;
    t.other[i / columns / kPageCell * t.width + i % columns / kPageCell] = 1;
  }
}

}  // namespace

PageBatch draw_page_batch(const PageOptions& options, std::uint64_t seed,
                          std::span<const std::int64_t> indices) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t rows = options.height / kPageCell;
  const std::int64_t columns = options.width / kPageCell;
  const auto zeros = [&](std::int64_t channels) {
    return torch::zeros({count, channels, rows, columns});
  };
  const auto pixels = [&](torch::Dtype type) {
    return torch::empty({count, 1, rows * kPageCell, columns * kPageCell}, type);
  };
  PageBatch batch{.levels = pixels(torch::kUInt8),
                  .centres = zeros(kPageClasses),
                  .counted = zeros(1),
                  .small = zeros(1),
                  .other = zeros(1),
                  .sizes = zeros(2),
                  .ways = zeros(2),
                  .owned = zeros(1),
                  .ink = pixels(torch::kFloat32),
                  .inkable = pixels(torch::kFloat32)};
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::mt19937_64 engine(mix_seed(seed, static_cast<std::uint64_t>(indices[i])));
      const DrawnPage page = draw_page(options, engine);
      const auto part = [i](torch::Tensor& tensor) {
        return tensor.data_ptr<float>() + i * tensor[0].numel();
      };
      set_targets(page, options,
                  {.width = columns,
                   .height = rows,
                   .levels = batch.levels.data_ptr<std::uint8_t>() + i * batch.levels[0].numel(),
                   .centres = part(batch.centres),
                   .counted = part(batch.counted),
                   .small = part(batch.small),
                   .other = part(batch.other),
                   .sizes = part(batch.sizes),
                   .ways = part(batch.ways),
                   .owned = part(batch.owned),
                   .ink = part(batch.ink),
                   .inkable = part(batch.inkable)});
    }
  });
  return batch;
}

PageBatch on_device(const PageBatch& batch, torch::Device device) {
  PageBatch there = batch;
  for (torch::Tensor* tensor :
       {&there.levels, &there.centres, &there.counted, &there.small, &there.other, &there.sizes,
        &there.ways, &there.owned, &there.ink, &there.inkable}) {
    *tensor = tensor->to(device);
  }
  return there;
}

}  // namespace mnist
