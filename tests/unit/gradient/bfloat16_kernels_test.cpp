// Every kernel of every instruction set that this machine has, against the plain ones, over the
// sizes and offsets that networks can have and the remainders that tiles can leave.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "mnist/gradient/bfloat16/kernels.h"

#include "support/torch_catch.h"

namespace mnist::bfloat16 {
namespace {

constexpr float kUntouched = 12345.0F;
constexpr int kSlack = 64;  // whole vectors may be read, and in places written, past the end

float to_float(Bf16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::vector<float> floats(int count) {
    std::vector<float> values(count + kSlack, 0.0F);
    std::generate_n(values.begin(), count, [this] { return distribution_(engine_); });
    return values;
  }
  std::vector<Bf16> bf16(int count) {
    std::vector<Bf16> values(count + kSlack, Bf16{0});
    plain_kernels().round(floats(count).data(), count, values.data());
    return values;
  }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<float> distribution_;
};

const std::vector<const Kernels*>& kernels() {
  static const std::vector<const Kernels*> all = [] {
    const std::vector<const Kernels*> available = available_kernels();
    std::string names;
    for (const Kernels* set : available) names += std::string(" ") + set->name;
    WARN("instruction sets tried here:" << names);
    return available;
  }();
  return all;
}

// Sums of products differ by the order in which they are added.
double largest_difference(const std::vector<float>& actual, const std::vector<float>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double size = std::max(1.0, std::abs(static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(actual[i]) - expected[i]) / size);
  }
  return largest;
}

// For bfloat16, whose last bit may go either way if the value before rounding differs.
double largest_difference(const std::vector<Bf16>& actual, const std::vector<Bf16>& expected) {
  std::vector<float> a(actual.size());
  std::vector<float> b(expected.size());
  std::transform(actual.begin(), actual.end(), a.begin(), to_float);
  std::transform(expected.begin(), expected.end(), b.begin(), to_float);
  return largest_difference(a, b);
}

constexpr double kSums = 2e-4;
constexpr double kRounded = 0x1p-7;

// A convolution of a whole image, and what surrounds it in memory.
struct Case {
  int side;    // of the output
  int kernel;  // side of its taps
  int ins;
  int outs;
  int border;
  int gap;  // elements of memory that follow each row

  int in_side() const { return side + kernel - 1; }
  int in_row() const { return in_side() * ins + gap; }
  int in_size() const { return in_side() * in_row(); }
  Convolution convolution() const {
    return {ins, outs, {side, side, in_row(), ins}, {kernel, kernel, in_row(), ins}, border};
  }

  // The image, zero in the border and after each row.
  std::vector<Bf16> image(Dice& dice) const {
    std::vector<Bf16> values = dice.bf16(in_size());
    for (int i = 0; i < in_size(); ++i) {
      const int y = i / in_row();
      const int x = i % in_row() / ins;
      const auto outside = [this](int at) { return at < border || at >= in_side() - border; };
      if (outside(y) || outside(x) || x >= in_side()) values[i] = 0;
    }
    return values;
  }
  std::string text() const {
    return std::to_string(side) + " wide, kernel " + std::to_string(kernel) + ", " +
           std::to_string(ins) + " to " + std::to_string(outs) + " channels, border " +
           std::to_string(border) + ", gap " + std::to_string(gap);
  }
};

// Every side up to 13 with some kernel, every number of inputs modulo 24, of outputs modulo 32.
std::vector<Case> cases() {
  std::vector<Case> all;
  int turn = 0;
  for (const int kernel : {1, 3, 5, 7}) {
    for (const int side : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24}) {
      const int ins = 4 * (1 + turn % 7);
      const int outs = kLanes * (1 + turn % 4);
      // A border that is wider than the image has no content.
      const int border = turn % 2 == 0 && side > kernel / 2 ? kernel / 2 : 0;
      all.push_back({side, kernel, ins, outs, border, turn % 3 * 4});
      ++turn;
    }
  }
  return all;
}

std::vector<Bf16> packed_weights(Dice& dice, int outs, int ins, int taps) {
  const std::vector<float> weights = dice.floats(outs * ins * taps);
  std::vector<Bf16> packed(packed_size(outs, ins, taps) + kSlack);
  plain_kernels().pack({weights.data(), outs, ins, taps, ins * taps, taps, 1, false},
                       packed.data());
  return packed;
}

}  // namespace

TEST_CASE("packed weights lie where the plain kernels put them", "[kernels]") {
  Dice dice(1);
  for (const int outs : {10, 16, 32, 40, 48, 80}) {
    for (const int ins : {4, 12, 32}) {
      for (const int taps : {1, 9, 25}) {
        const std::vector<float> weights = dice.floats(outs * ins * taps);
        for (const bool reverse : {false, true}) {
          const WeightView view{weights.data(), outs, ins, taps, ins * taps, 1, ins, reverse};
          std::vector<Bf16> expected(packed_size(outs, ins, taps));
          plain_kernels().pack(view, expected.data());
          for (const Kernels* set : kernels()) {
            INFO(set->name << ": " << outs << " outputs, " << ins << " inputs, " << taps);
            std::vector<Bf16> actual(expected.size());
            set->pack(view, actual.data());
            CHECK(actual == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("convolutions are the plain ones' at every size, and write nothing else", "[kernels]") {
  Dice dice(2);
  for (const Case& c : cases()) {
    const std::vector<Bf16> in = c.image(dice);
    const std::vector<Bf16> weights = packed_weights(dice, c.outs, c.ins, c.kernel * c.kernel);
    for (const int stride : {c.outs, c.outs + 16}) {
      std::vector<float> expected(c.side * c.side * stride + kSlack, kUntouched);
      plain_kernels().convolve(c.convolution(), in.data(), weights.data(), expected.data(), stride);
      for (const Kernels* set : kernels()) {
        INFO(set->name << ": " << c.text());
        std::vector<float> actual(expected.size(), kUntouched);
        set->convolve(c.convolution(), in.data(), weights.data(), actual.data(), stride);
        CHECK(largest_difference(actual, expected) < kSums);
      }
    }
  }
}

TEST_CASE("transposed convolutions add to what is there, and to nothing else", "[kernels]") {
  Dice dice(3);
  for (const Case& c : cases()) {
    // From `outs` channels of c.side back to `ins` (a multiple of a vector here) of c.in_side().
    const int ins = kLanes * (c.ins / 4);
    const int row = c.in_side() * ins + c.gap;
    const std::vector<Bf16> in = dice.bf16(c.side * c.side * c.outs);
    const std::vector<Bf16> weights = packed_weights(dice, ins, c.outs, c.kernel * c.kernel);
    const Convolution convolution{
        c.outs, ins, {c.side, c.side, c.side * c.outs, c.outs}, {c.kernel, c.kernel, row, ins}};
    const std::vector<float> before = dice.floats(c.in_side() * row);
    std::vector<float> expected = before;
    plain_kernels().convolve_transposed(convolution, in.data(), weights.data(), expected.data());
    for (const Kernels* set : kernels()) {
      INFO(set->name << ": " << c.text());
      std::vector<float> actual = before;
      set->convolve_transposed(convolution, in.data(), weights.data(), actual.data());
      CHECK(largest_difference(actual, expected) < kSums);
    }
  }
}

TEST_CASE("weight gradients are the plain ones' at every size", "[kernels]") {
  Dice dice(4);
  for (const Case& c : cases()) {
    constexpr int kImages = 2;
    const Convolution convolution = c.convolution();
    const int pairs = c.side * ((c.side + 1) / 2) * c.outs;
    std::vector<std::uint32_t> in(kImages * c.in_size() + 2 * kSlack);
    std::vector<std::uint32_t> out(kImages * pairs + kSlack);
    for (int image = 0; image < kImages; ++image) {
      // A column of zeros after the last one of each row.
      std::vector<Bf16> gradient = dice.bf16(c.side * (c.side + 1) * c.outs);
      const Grid grid{c.side, c.side, (c.side + 1) * c.outs, c.outs};
      for (int y = 0; y < c.side; ++y) {
        std::fill_n(gradient.begin() + (y + 1) * grid.row_stride - c.outs, c.outs, Bf16{0});
      }
      plain_kernels().pair_inputs(c.image(dice).data(), c.in_size(), c.ins,
                                  in.data() + image * c.in_size());
      plain_kernels().pair_gradients(gradient.data(), grid, c.outs, out.data() + image * pairs);
    }
    const PairedImages images{in.data(), out.data(), c.in_size(), pairs, kImages};
    const std::vector<float> before = dice.floats(c.kernel * c.kernel * c.ins * c.outs);
    std::vector<float> expected = before;
    plain_kernels().weight_gradient(convolution, images, expected.data());
    for (const Kernels* set : kernels()) {
      INFO(set->name << ": " << c.text());
      std::vector<float> actual = before;
      set->weight_gradient(convolution, images, actual.data());
      CHECK(largest_difference(actual, expected) < kSums);
    }
  }
}

TEST_CASE("pairs are the plain ones', bit for bit", "[kernels]") {
  Dice dice(5);
  for (const int channels : {16, 48}) {
    for (const int side : {1, 2, 3, 6, 7}) {
      const Grid grid{side, side, (side + 1) * channels + 8, channels};
      const std::vector<Bf16> values = dice.bf16(side * grid.row_stride + channels);
      const int size = side * channels;
      std::vector<std::uint32_t> inputs(size);
      std::vector<std::uint32_t> gradients(side * ((side + 1) / 2) * channels);
      plain_kernels().pair_inputs(values.data(), size, channels, inputs.data());
      plain_kernels().pair_gradients(values.data(), grid, channels, gradients.data());
      for (const Kernels* set : kernels()) {
        INFO(set->name << ": " << side << " wide, " << channels << " channels");
        std::vector<std::uint32_t> actual(inputs.size());
        set->pair_inputs(values.data(), size, channels, actual.data());
        CHECK(actual == inputs);
        actual.assign(gradients.size(), 0);
        set->pair_gradients(values.data(), grid, channels, actual.data());
        CHECK(actual == gradients);
      }
    }
  }
}

TEST_CASE("rounding goes to the nearest, ties to even", "[kernels]") {
  std::vector<float> values = {0.0F,  -0.0F,  1.0F,   1.00390625F, 1.01171875F, -1.00390625F,
                               3e38F, -3e38F, 1e-30F, INFINITY,    -INFINITY,   65280.0F,
                               0.1F,  -0.1F,  7.0F,   1e20F};
  REQUIRE(values.size() == kLanes);
  const std::vector<float> more = Dice(6).floats(10 * kLanes);
  values.insert(values.end(), more.begin(), more.begin() + 10 * kLanes);
  const int count = static_cast<int>(values.size());
  std::vector<Bf16> expected(count);
  plain_kernels().round(values.data(), count, expected.data());
  CHECK(to_float(expected[3]) == 1.0F);       // halfway: to the even one below
  CHECK(to_float(expected[4]) == 1.015625F);  // halfway: to the even one above
  for (const Kernels* set : kernels()) {
    INFO(set->name);
    std::vector<Bf16> actual(count);
    set->round(values.data(), count, actual.data());
    CHECK(actual == expected);
  }
}

TEST_CASE("sums of rounded values are the plain ones'", "[kernels]") {
  constexpr int kPositions = 5;
  Dice dice(8);
  for (const int channels : {16, 48}) {
    const std::vector<float> values = dice.floats(kPositions * channels);
    std::vector<Bf16> expected(kPositions * channels);
    std::vector<float> expected_sums(2 * channels, 0.5F);
    plain_kernels().round_and_sum(values.data(), kPositions, channels, expected.data(),
                                  expected_sums.data());
    for (const Kernels* set : kernels()) {
      INFO(set->name << ": " << channels << " channels");
      std::vector<Bf16> actual(expected.size());
      std::vector<float> sums(2 * channels, 0.5F);
      set->round_and_sum(values.data(), kPositions, channels, actual.data(), sums.data());
      CHECK(actual == expected);
      CHECK(largest_difference(sums, expected_sums) < kSums);
    }
  }
}

TEST_CASE("activations and their gradients are the plain ones'", "[kernels]") {
  Dice dice(7);
  for (const bool pool : {false, true}) {
    for (const int side : {1, 2, 3, 5, 6, 12, 13}) {
      for (const int channels : {16, 48}) {
        const std::vector<float> scale = dice.floats(channels);
        const std::vector<float> shift = dice.floats(channels);
        const std::vector<float> factors = dice.floats(3 * channels);
        const Activation activation{side, side, channels, pool, scale.data(), shift.data()};
        const NormGradient norm{factors.data(), factors.data() + channels,
                                factors.data() + 2 * channels};
        const int to = pool ? side / 2 : side;
        const Grid out_grid{to, to, (to + 2) * channels, channels};
        const Grid dy_grid{side, side, (side + 1) * channels, channels};
        const std::vector<Bf16> y = dice.bf16(side * side * channels);
        const std::vector<Bf16> da = dice.bf16(to * to * channels);
        std::vector<Bf16> out(to * out_grid.row_stride + kSlack);
        std::vector<Bf16> dy(side * dy_grid.row_stride + kSlack);
        std::vector<float> sums(2 * channels, 1.0F);
        const auto run = [&](const Kernels& set) {
          std::fill(out.begin(), out.end(), Bf16{7});
          std::fill(dy.begin(), dy.end(), Bf16{7});
          std::fill(sums.begin(), sums.end(), 1.0F);
          set.activate(activation, y.data(), out.data(), out_grid);
          set.activation_sums(activation, y.data(), da.data(), sums.data());
          set.activation_gradient(activation, norm, y.data(), da.data(), dy.data(), dy_grid);
        };
        run(plain_kernels());
        const std::vector<Bf16> expected_out = out;
        const std::vector<Bf16> expected_dy = dy;
        const std::vector<float> expected_sums = sums;
        for (const Kernels* set : kernels()) {
          INFO(set->name << ": " << side << " wide, " << channels << " channels, pool " << pool);
          run(*set);
          CHECK(largest_difference(out, expected_out) < kRounded);
          CHECK(largest_difference(dy, expected_dy) < kRounded);
          CHECK(largest_difference(sums, expected_sums) < kSums);
        }
      }
    }
  }
}

}  // namespace mnist::bfloat16
