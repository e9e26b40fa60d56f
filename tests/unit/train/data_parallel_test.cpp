#include <barrier>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>

#include "mnist/parallel/communicator.h"
#include "mnist/parallel/shared_batch_norm.h"
#include "mnist/train/trainer.h"

#include "support/torch_catch.h"
#include "unit/train/train_testing.h"

namespace mnist {
namespace {

using testing::convnet_of;
using testing::digit_task;
using testing::Observer;

// Ranks that are threads of the test. Sums are taken in the order of the ranks.
class ThreadGroup {
 public:
  explicit ThreadGroup(int size) : tensors_(size), barrier_(size) {}

  // Runs `body` once for each rank, all at the same time.
  void run(const std::function<void(Communicator&)>& body) {
    // Trainers change it for the whole process while they run, here several at a time.
    const int torch_threads = at::get_num_threads();
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < static_cast<int>(tensors_.size()); ++rank) {
      threads.emplace_back([this, &body, rank] {
        Member member(*this, rank);
        body(member);
      });
    }
    for (std::jthread& thread : threads) thread.join();
    at::set_num_threads(torch_threads);
  }

 private:
  class Member : public Communicator {
   public:
    Member(ThreadGroup& group, int rank) : group_(group), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return static_cast<int>(group_.tensors_.size()); }
    void all_reduce_sum(const torch::Tensor& tensor) override {
      exchange(tensor, [](const std::vector<torch::Tensor>& all) {
        torch::Tensor sum = all.front().clone();
        for (std::size_t i = 1; i < all.size(); ++i) sum.add_(all[i]);
        return sum;
      });
    }
    void broadcast(const torch::Tensor& tensor) override {
      exchange(tensor, [](const std::vector<torch::Tensor>& all) { return all.front().clone(); });
    }

   private:
    template <typename Combine>
    void exchange(const torch::Tensor& tensor, Combine&& combine) {
      const torch::NoGradGuard no_grad;
      group_.tensors_[rank_] = tensor;
      group_.barrier_.arrive_and_wait();
      const torch::Tensor result = combine(group_.tensors_);
      group_.barrier_.arrive_and_wait();
      tensor.copy_(result);
      group_.barrier_.arrive_and_wait();
    }

    ThreadGroup& group_;
    int rank_;
  };

  std::vector<torch::Tensor> tensors_;
  std::barrier<> barrier_;
};

// 100 images in batches of 33: three ranks get 11 each, and of the last batch's one image two get
// nothing.
RunConfig normalized_run() {
  RunConfig config;
  convnet_of(config).channels = {4, 8};
  convnet_of(config).hidden = 16;
  config.data.validation = 20;
  config.training = {.epochs = 3,
                     .batch_size = 33,
                     .label_smoothing = 0.1,
                     .gradient_clip = 1.0,
                     .precision = "float32"};
  // Not Adam: if a gradient is only rounding, its step is as large as any other.
  config.optimizer = {.name = "sgd", .learning_rate = 0.05};
  config.augmentation.shift = 2;
  return config;
}

RunConfig unnormalized_run() {
  RunConfig config;
  convnet_of(config).padding = convnet_of(config).batch_norm = false;
  convnet_of(config).pool_last = false;
  config.training = {.epochs = 3, .batch_size = 33, .label_smoothing = 0.1, .precision = "float32"};
  config.optimizer = {.name = "sgd", .learning_rate = 0.05};
  return config;
}

RunConfig bfloat16_run() {
  RunConfig config = normalized_run();
  convnet_of(config).channels = {16, 16};
  convnet_of(config).dropout = 0.2;
  config.training.precision = "bfloat16";
  return config;
}

Trainer trainer_for(const RunConfig& config, Communicator* communicator) {
  // One at a time: Torch has one generator, from which a trainer draws its first
  // weights. (With precision "auto", a constructor waits for the other ranks'.)
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return {config,
          digit_task(config, generate_digit_set(100, 1), generate_digit_set(20, 2), torch::kCPU,
                     communicator),
          torch::kCPU, communicator};
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("shares are contiguous, cover everything and differ by one at most", "[train]") {
  for (const std::int64_t whole : {0, 1, 2, 7, 256}) {
    std::vector<Share> shares(3);
    ThreadGroup(3).run([&](Communicator& communicator) {
      shares[communicator.rank()] = share_of(whole, &communicator);
    });
    std::int64_t next = 0;
    for (const Share& share : shares) {
      CHECK(share.begin == next);
      CHECK(share.size >= whole / 3);
      CHECK(share.size <= whole / 3 + 1);
      next += share.size;
    }
    CHECK(next == whole);
  }
  CHECK(share_of(9, nullptr).size == 9);
}

TEST_CASE("a text reaches every rank", "[train]") {
  std::vector<std::string> heard(3);
  ThreadGroup(3).run([&](Communicator& communicator) {
    heard[communicator.rank()] =
        broadcast_text(communicator, communicator.rank() == 0 ? "the leader's" : "");
  });
  for (const std::string& text : heard) CHECK(text == "the leader's");
}

TEST_CASE("normalisation over shares equals that over the whole batch, both ways", "[train]") {
  torch::manual_seed(1);
  static constexpr std::int64_t kChannels = 6;
  const torch::Tensor x =
      (torch::randn({7, kChannels, 5, 5}) * 3 + 2).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor along = torch::randn_like(x);
  const auto new_norm = [] {
    torch::nn::BatchNorm2d norm(kChannels);
    const torch::NoGradGuard no_grad;
    norm->weight.copy_(torch::linspace(0.5, 2, kChannels));
    norm->bias.copy_(torch::linspace(-1, 1, kChannels));
    return norm;
  };
  torch::nn::BatchNorm2d expected = new_norm();
  const torch::Tensor whole = x.clone().requires_grad_();
  const torch::Tensor out = expected->forward(whole);
  (out * along).sum().backward();

  // Three ranks share the images; with nine, two of them have none.
  for (const int ranks : {1, 3, 9}) {
    INFO(ranks << " ranks");
    std::vector<torch::nn::BatchNorm2d> norms;
    for (int rank = 0; rank < ranks; ++rank) norms.push_back(new_norm());
    std::vector<torch::Tensor> inputs(ranks);
    std::vector<torch::Tensor> outputs(ranks);
    ThreadGroup(ranks).run([&](Communicator& communicator) {
      const int rank = communicator.rank();
      const Share share = share_of(x.size(0), &communicator);
      inputs[rank] = x.narrow(0, share.begin, share.size).clone().requires_grad_();
      outputs[rank] = shared_batch_norm(*norms[rank], inputs[rank], communicator);
      (outputs[rank] * along.narrow(0, share.begin, share.size)).sum().backward();
    });
    torch::Tensor dweight = torch::zeros({kChannels});
    torch::Tensor dbias = torch::zeros({kChannels});
    std::vector<torch::Tensor> dx;
    for (int rank = 0; rank < ranks; ++rank) {
      dx.push_back(inputs[rank].grad());
      dweight += norms[rank]->weight.grad();
      dbias += norms[rank]->bias.grad();
      CHECK(largest_difference(norms[rank]->running_mean, expected->running_mean) < 1e-6);
      CHECK(largest_difference(norms[rank]->running_var, expected->running_var) < 1e-5);
      CHECK(norms[rank]->num_batches_tracked.item<std::int64_t>() == 1);
    }
    CHECK(largest_difference(torch::cat(outputs), out) < 1e-5);
    CHECK(largest_difference(torch::cat(dx), whole.grad()) < 1e-5);
    CHECK(largest_difference(dweight, expected->weight.grad()) < 1e-4);
    CHECK(largest_difference(dbias, expected->bias.grad()) < 1e-4);
  }
}

TEST_CASE("several ranks learn what one process learns", "[train]") {
  for (const RunConfig& config : {normalized_run(), unnormalized_run(), bfloat16_run()}) {
    INFO("optimiser " << config.optimizer.name << ", precision " << config.training.precision);
    // Sums in another order: a last digit of float32, or of bfloat16, that grows from step to step.
    const bool rough = config.training.precision == "bfloat16";
    Trainer one = trainer_for(config, nullptr);
    Observer observer;
    one.run(observer);
    for (const int ranks : {2, 3}) {
      std::vector<Checkpoint> ends(ranks);
      ThreadGroup(ranks).run([&](Communicator& communicator) {
        Trainer trainer = trainer_for(config, &communicator);
        Observer nothing;
        trainer.run(nothing);
        ends[communicator.rank()] = trainer.checkpoint();
      });
      CHECK(largest_difference(ends[0].tensors.at("parameters"),
                               one.checkpoint().tensors.at("parameters")) < (rough ? 0.1 : 2e-3));
      const auto loss = [](const Checkpoint& checkpoint) {
        return checkpoint.state.at("history").back().at("train_loss").get<double>();
      };
      CHECK(loss(ends[0]) == Approx(loss(one.checkpoint())).margin(rough ? 1e-2 : 1e-4));
      for (const auto& [name, tensor] : ends[0].tensors) {
        INFO(name);
        CHECK(torch::equal(tensor, ends[ranks - 1].tensors.at(name)));
      }
    }
  }
}

TEST_CASE("one rank that is told to stop stops all, and any number of ranks goes on", "[train]") {
  const RunConfig config = normalized_run();
  Checkpoint stopped;
  std::vector<TrainingOutcome> outcomes(2);
  std::vector<std::int64_t> steps(2);
  ThreadGroup(2).run([&](Communicator& communicator) {
    Trainer trainer = trainer_for(config, &communicator);
    Observer observer(communicator.rank() == 1 ? 4 : -1);
    outcomes[communicator.rank()] = trainer.run(observer);
    steps[communicator.rank()] = trainer.step();
    if (communicator.rank() == 0) stopped = trainer.checkpoint();
  });
  for (int rank = 0; rank < 2; ++rank) {
    CHECK(outcomes[rank] == TrainingOutcome::kInterrupted);
    CHECK(steps[rank] == steps[0]);
  }
  Trainer whole = trainer_for(config, nullptr);
  Observer observer;
  whole.run(observer);
  // Only rank 0 has read the checkpoint: the others copy its state.
  torch::Tensor weights;
  std::vector<TrainingOutcome> ends(3);
  ThreadGroup(3).run([&](Communicator& communicator) {
    Trainer trainer = trainer_for(config, &communicator);
    if (communicator.rank() == 0) trainer.restore(stopped);
    Observer nothing;
    ends[communicator.rank()] = trainer.run(nothing);
    if (communicator.rank() == 0) weights = trainer.checkpoint().tensors.at("parameters");
  });
  for (const TrainingOutcome end : ends) CHECK(end == TrainingOutcome::kFinished);
  CHECK(largest_difference(weights, whole.checkpoint().tensors.at("parameters")) < 2e-3);
}

}  // namespace mnist
