#include "mnist/data/sampling.h"

#include "mnist/base/error.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

// 1000 labels, class c 55 + 10 c times.
torch::Tensor uneven_labels() {
  std::vector<torch::Tensor> parts;
  for (std::int64_t c = 0; c < 10; ++c)
    parts.push_back(torch::full({55 + 10 * c}, c, torch::kInt64));
  return torch::cat(parts);
}

}  // namespace

TEST_CASE("the validation split keeps every class's share and every row once", "[data]") {
  const torch::Tensor labels = uneven_labels();
  const DataSplit split = stratified_split(labels, 100, 1);
  CHECK(split.validation.size(0) == 100);
  const torch::Tensor all = std::get<0>(torch::cat({split.training, split.validation}).sort());
  CHECK(all.equal(torch::arange(1000)));
  const torch::Tensor shares = labels.index_select(0, split.validation).bincount({}, 10);
  for (std::int64_t c = 0; c < 10; ++c) {
    CHECK(shares[c].item<double>() == Approx(0.1 * (55.0 + 10.0 * c)).margin(1.0));
  }
}

TEST_CASE("a split is a function of its seed", "[data]") {
  const torch::Tensor labels = uneven_labels();
  CHECK(
      stratified_split(labels, 50, 3).validation.equal(stratified_split(labels, 50, 3).validation));
  CHECK_FALSE(
      stratified_split(labels, 50, 3).validation.equal(stratified_split(labels, 50, 4).validation));
}

TEST_CASE("rows are repeated as often as their weight says", "[data]") {
  const torch::Tensor rows = torch::tensor({4, 7, 9, 12}, torch::kInt64);
  CHECK(repeated(rows, 1, 1).equal(rows));
  CHECK(repeated(rows, 2, 1).equal(torch::cat({rows, rows})));
  const torch::Tensor more = repeated(rows, 1.5, 1);
  REQUIRE(more.size(0) == 6);
  CHECK(more.narrow(0, 0, 4).equal(rows));
  CHECK(torch::isin(more, rows).all().item<bool>());
  CHECK(repeated(rows, 0.5, 1).size(0) == 2);
  CHECK(repeated(rows, 0.5, 1).equal(repeated(rows, 0.5, 1)));
  CHECK_THROWS_AS(repeated(rows, 0.01, 1), Error);
  CHECK(repeated(torch::empty({0}, torch::kInt64), 0.5, 1).size(0) == 0);
}

TEST_CASE("no validation leaves every row, and a split of everything is refused", "[data]") {
  const torch::Tensor labels = uneven_labels();
  CHECK(stratified_split(labels, 0, 1).training.equal(torch::arange(1000)));
  CHECK_THROWS_AS(stratified_split(labels, 1000, 1), Error);
}

TEST_CASE("an epoch's order holds each row once, and each epoch has its own", "[data]") {
  const torch::Tensor first = epoch_order(100, 1, 0);
  CHECK(std::get<0>(first.sort()).equal(torch::arange(100)));
  CHECK(first.equal(epoch_order(100, 1, 0)));
  CHECK_FALSE(first.equal(epoch_order(100, 1, 1)));
  CHECK_FALSE(first.equal(epoch_order(100, 2, 0)));
}

}  // namespace mnist
