#include "mnist/train/digit_sources.h"

#include <algorithm>
#include <optional>
#include <span>

#include "mnist/base/error.h"
#include "mnist/bytes/folder.h"
#include "mnist/data/oddities.h"
#include "mnist/data/pixel_csv.h"
#include "mnist/data/sampling.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_digits.h"
#include "mnist/report/number_text.h"
#include "mnist/train/picture_cache.h"

namespace mnist {
namespace {

constexpr std::size_t kMostNamed = 20;            // pictures that were left out
constexpr std::int64_t kMostImages = 10'000'000;  // of an epoch: 8 GB

struct Source {
  DigitSet digits;
  double weight = 1;
};

// Empty if it is absent.
DigitSet test_set_of(const RunConfig& config, const TaskPlace& place) {
  if (!has_test_set(config, place)) return {};
  return normalized(find_digit_set(place.data, config.data.test_images, config.data.test_labels),
                    config.data.form);
}

class Loader {
 public:
  // `test` is what no source should contain; may be empty.
  Loader(const TaskPlace& place, DigitSet test) : place_(place), test_(std::move(test)) {}

  void add_idx(const std::string& images, const std::string& labels, const ImageForm& form,
               double weight) {
    add(normalized(find_digit_set(place_.data, images, labels), form), form, weight);
  }

  void add(const SourceConfig& source) {
    if (!source.pictures.empty()) {
      add_pictures(source.pictures, source.weight);
    } else if (!source.pixels.empty()) {
      add(normalized(load_pixel_csv(source.pixels), source.form), source.form, source.weight);
    } else {
      add_idx(source.images, source.labels, source.form, source.weight);
    }
  }

  std::vector<Source> sources;
  std::vector<Source> others;  // labelled as not a digit
  std::vector<std::string> remarks;

 private:
  PictureDigits digits_of(const std::vector<LabelledFile>& files) {
    const bool keeps = !place_.prepared.empty();
    const std::string key = keeps ? picture_key(files, place_.page_model) : std::string();
    if (keeps) {
      if (auto kept = kept_pictures(place_.prepared, key)) return std::move(*kept);
    }
    if (!finder_) finder_.emplace(load_finder(place_.page_model));
    PictureDigits found = digits_in_pictures(files, *finder_, [&](std::size_t done) {
      if (place_.on_picture) place_.on_picture(done, files.size());
    });
    if (keeps && found.digits.size() + found.others.size() > 0) keep(key, found);
    return found;
  }

  // Training does not fail because they cannot be kept.
  void keep(const std::string& key, const PictureDigits& pictures) {
    try {
      keep_pictures(place_.prepared, key, pictures);
    } catch (const Error& error) {
      remarks.push_back(std::string("prepared pictures are not kept: ") + error.what());
    }
  }

  void add(DigitSet digits, const ImageForm& form, double weight) {
    for (const std::string& oddity : oddities_of(digits, form)) {
      remarks.push_back(digits.name + ": " + oddity);
    }
    if (const std::int64_t shared = shared_images(digits, test_); shared > 0) {
      remarks.push_back(digits.name + ": " + images_text(shared) +
                        " of the test set among them: its figures will be too good");
    }
    sources.push_back({std::move(digits), weight});
  }

  void add_pictures(const std::string& pictures, double weight) {
    const LabelledFiles files = labelled_files(pictures);
    if (files.unlabelled > 0) {
      remarks.push_back(pictures + ": skipped " + files_text(files.unlabelled) +
                        " without a label");
    }
    PictureDigits found = digits_of(files.files);
    const bool none_usable = found.left_out.size() == files.files.size();
    if (none_usable) {
      const LeftOutPicture& first = found.left_out.front();
      throw Error(ErrorKind::kCorrupt,
                  "none of its pictures (" + std::to_string(files.files.size()) +
                      ") can be used; the first: " + first.path + ": " + first.failure.reason,
                  pictures);
    }
    for (const LeftOutPicture& picture :
         std::span(found.left_out).first(std::min(kMostNamed, found.left_out.size()))) {
      remarks.push_back("left out: " + picture.path + ": " + picture.failure.reason);
    }
    if (!found.left_out.empty()) {
      remarks.push_back(pictures + ": " + std::to_string(found.left_out.size()) + " of " +
                        std::to_string(files.files.size()) + " pictures are left out");
    }
    found.digits.name = found.others.name = pictures;
    if (found.others.size() > 0) others.push_back({std::move(found.others), weight});
    if (found.digits.size() > 0) add(std::move(found.digits), {}, weight);
  }

  const TaskPlace& place_;
  DigitSet test_;
  std::optional<Finder> finder_;
};

DigitSet joined(const std::vector<Source>& sources) {
  std::vector<DigitSet> sets;
  for (const Source& source : sources) sets.push_back(source.digits);
  return joined(sets);
}

// Each source keeps its share of the validation split, and each class in it.
DataSplit split_of(const std::vector<Source>& sources, const DigitSet& all, std::int64_t validation,
                   std::uint64_t seed) {
  std::vector<torch::Tensor> training;
  std::vector<torch::Tensor> held_out;
  std::int64_t begin = 0;
  std::int64_t given = 0;
  for (const Source& source : sources) {
    const std::int64_t end = begin + source.digits.size();
    const std::int64_t share = end * validation / all.size() - given;  // rounded, the sum exact
    const DataSplit split = stratified_split(source.digits.labels, share, seed);
    training.push_back(split.training + begin);
    held_out.push_back(split.validation + begin);
    begin = end;
    given += share;
  }
  return {torch::cat(training), torch::cat(held_out)};
}

// The rows to train on, each source's as often as its weight says. `rows` are ascending.
torch::Tensor weighted(const torch::Tensor& rows, const std::vector<Source>& sources,
                       std::uint64_t seed) {
  std::vector<torch::Tensor> parts;
  std::int64_t begin = 0;
  for (const Source& source : sources) {
    const std::int64_t end = begin + source.digits.size();
    const torch::Tensor own = rows.masked_select(rows.ge(begin).logical_and(rows.lt(end)));
    parts.push_back(repeated(own, source.weight, seed + parts.size()));
    begin = end;
  }
  return torch::cat(parts);
}

// Each of them as often as its source's weight says, and at least one.
DigitSet weighted(std::vector<Source>& others, std::uint64_t seed) {
  if (others.empty()) return {};
  const DigitSet all = joined(others);
  for (Source& source : others) {
    source.weight = std::max(source.weight, 1.0 / static_cast<double>(source.digits.size()));
  }
  return all.subset(weighted(torch::arange(all.size()), others, seed));
}

double weighted_size(std::span<const Source> sources) {
  double size = 0;
  for (const Source& source : sources) {
    size += source.weight * static_cast<double>(source.digits.size());
  }
  return size;
}

}  // namespace

bool has_test_set(const RunConfig& config, const TaskPlace& place) {
  if (place.data.empty()) return false;
  const auto has = [&](const std::string& name) {
    const auto is_file = [&](const std::string& each) {
      return type_at(place.data / each) == std::filesystem::file_type::regular;
    };
    return is_file(name) || is_file(name + ".gz");
  };
  return has(config.data.test_images) && has(config.data.test_labels);
}

TrainingDigits load_training_digits(const RunConfig& config, const TaskPlace& place) {
  Loader loader(place, test_set_of(config, place));
  if (!config.data.train_images.empty()) {
    loader.add_idx(config.data.train_images, config.data.train_labels, config.data.form, 1);
  }
  for (const SourceConfig& source : config.data.sources) loader.add(source);
  if (loader.sources.empty()) {
    throw Error(ErrorKind::kUsage, "'data.sources' contain only non-digits");
  }
  if (weighted_size(loader.sources) + weighted_size(loader.others) > kMostImages) {
    throw Error(ErrorKind::kUsage, "the weights of 'data.sources' make more than " +
                                       std::to_string(kMostImages) + " images of an epoch");
  }
  TrainingDigits digits{.others = weighted(loader.others, config.seed),
                        .remarks = std::move(loader.remarks)};
  DigitSet all = joined(loader.sources);
  const bool is_plain = loader.sources.size() == 1 && loader.sources.front().weight == 1;
  if (config.data.validation == 0 && is_plain) {
    digits.training = std::move(all);
    return digits;
  }
  if (config.data.validation >= all.size()) {
    throw Error(ErrorKind::kUsage, "'data.validation' is " +
                                       std::to_string(config.data.validation) + ", which leaves " +
                                       "none of the " + images_text(all.size()) + " to train on");
  }
  const DataSplit split = split_of(loader.sources, all, config.data.validation, config.seed);
  digits.training = all.subset(weighted(split.training, loader.sources, config.seed));
  if (config.data.validation > 0) digits.validation = all.subset(split.validation);
  return digits;
}

}  // namespace mnist
