// All settings of a training run, as read from a JSON config. docs/training.md explains each value,
// docs/config.schema.json describes the same for editors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mnist/data/augment_digit.h"
#include "mnist/data/image_form.h"
#include "mnist/model/network.h"

namespace mnist {

class JsonDocument;

// Labelled digits to train the classifier on. One of `pictures`, `pixels` and `images` is given.
struct SourceConfig {
  std::string pictures{};  // folder or list of labelled pictures (labels/labelled_files.h)
  std::string pixels{};    // CSV of pixels (data/pixel_csv.h)
  std::string images{};    // IDX pair, in data.directory unless the paths are absolute
  std::string labels{};
  ImageForm form{};   // of pixels and IDX images
  double weight = 1;  // how often an epoch shows each image
};

struct DataConfig {
  // Folder of the four files below, each also found with ".gz" appended. Empty: the program's own
  // search order.
  std::string directory;
  // Empty: no such pair, only `sources`.
  std::string train_images = "train-images-idx3-ubyte";
  std::string train_labels = "train-labels-idx1-ubyte";
  std::string test_images = "t10k-images-idx3-ubyte";
  std::string test_labels = "t10k-labels-idx1-ubyte";
  ImageForm form{};                     // of these four
  std::vector<SourceConfig> sources{};  // additional ones
  // Training images held out, stratified and seeded; for the page network: pages drawn to measure
  // it. 0 for none.
  std::int64_t validation = 5000;
  std::int64_t pages = 40000;  // for the page network: drawn for an epoch
  // Additional digits to train on, in hands from all over the world (with_hands); 0 for none.
  std::int64_t hands = 0;
  // Additional digits and other writing to train on, as the page network finds them on drawn pages
  // (found_digits); 0 for none.
  std::int64_t finds = 0;
  // The page network of `finds` and of pictures: its file or run folder; empty for the shipped one.
  std::string page_model;
  // Additional generated images of what is not a digit (with_outliers) to train on; 0 for none.
  std::int64_t outliers = 0;
};

struct OptimizerConfig {
  std::string name = "adamw";  // sgd, adam, adamw, muon
  double learning_rate = 0.003;
  double weight_decay = 0.0;  // only of weights, not of biases and normalisation; not muon
  double momentum = 0.9;      // sgd, muon (Nesterov)
  double beta1 = 0.9;         // adam, adamw, and muon for what Adam updates there
  double beta2 = 0.999;
  double epsilon = 1e-8;
  std::int64_t newton_schulz_steps = 5;  // muon: iterations towards the orthogonal matrix
  double adam_learning_rate = 0.003;     // muon: of what Adam updates there
};

struct ScheduleConfig {
  std::string name = "one-cycle";  // constant, step, cosine, one-cycle
  double warmup = 0.2;             // share of all steps over which the rate rises
  double start_fraction = 0.0;     // where it rises from, as a share of the highest
  double final_fraction = 0.0;     // cosine, one-cycle: the last rate, as a share of the highest
  double step_epochs = 1.0;        // step: every this many epochs …
  double step_factor = 0.7;        // … the rate is multiplied by this
};

struct TrainingConfig {
  // Model file or run folder whose weights the run begins with; empty: drawn from the seed.
  std::string start_from{};
  double epochs = 4.0;  // may be fractional
  std::int64_t batch_size = 256;
  double label_smoothing = 0.0;  // Szegedy et al., 2016 (arXiv:1512.00567), section 7
  double gradient_clip = 0.0;    // largest norm of the whole gradient; 0 for no limit
  double ema_decay = 0.0;        // exponential moving average of the weights; 0 for none
  // float32, bfloat16, or auto: bfloat16 if the device multiplies it natively (on the CPU: and the
  // network has kernels for it, gradient/bfloat16), else float32.
  std::string precision = "auto";
  // Whose weights best.safetensors holds: "accuracy": of the epoch with the highest validation
  // accuracy, "last": of the last one.
  std::string best_epoch = "accuracy";
  std::int64_t early_stopping = 0;       // epochs without a better validation accuracy; 0 for never
  std::int64_t checkpoint_steps = 1000;  // between two checkpoints within an epoch; 0 for none
};

struct RunConfig {
  NetworkOptions model;
  DataConfig data;
  TrainingConfig training;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  AugmentationOptions augmentation;
  std::uint64_t seed = 1;
  std::string device = "auto";
  int threads = 0;  // 0: every processor the process may use

  // Reads the whole document. Throws Error{kUsage} naming path, line and nearest key for an unknown
  // key, a wrong type or an impossible value.
  static RunConfig read(const JsonDocument& document);

  // The resolved config: every key, defaults included; read() takes it back unchanged.
  nlohmann::json to_json() const;
};

}  // namespace mnist
