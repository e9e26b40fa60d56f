#include "data/job.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/idx.h"
#include "mnist/data/oddities.h"
#include "mnist/image/encode.h"
#include "mnist/report/chart/contact_sheet.h"
#include "mnist/report/chart/raster.h"
#include "mnist/report/number_text.h"

#include "common/guard.h"
#include "common/logging.h"
#include "common/names.h"
#include "common/progress.h"
#include "common/shipped.h"
#include "common/threads.h"
#include "data/source.h"
#include "data/suspects.h"

namespace mnist::app::data {
namespace {

namespace fs = std::filesystem;

SourceReader reader_of(const Flags& flags) {
  return SourceReader({.labels = flags.labels,
                       .form = flags.form,
                       .page_model = [&flags] { return page_model_path(flags.page_model); },
                       .on_picture = progress_of_pictures(flags.common)});
}

NamedDigits read_all(const Flags& flags) {
  SourceReader reader = reader_of(flags);
  std::vector<NamedDigits> sets;
  for (const std::string& source : flags.sources) {
    sets.push_back(reader.read(source));
    for (const std::string& remark : sets.back().remarks) {
      spdlog::warn(one_line(source + ": " + remark));
    }
  }
  NamedDigits all = joined(sets);
  if (!flags.digit) return all;
  NamedDigits chosen = all.subset(all.digits.labels.eq(*flags.digit).nonzero().flatten());
  chosen.any_unreadable = all.any_unreadable;
  if (chosen.digits.size() == 0) {
    throw Error(ErrorKind::kUsage, "no digit is labelled " + std::to_string(*flags.digit),
                chosen.digits.name);
  }
  return chosen;
}

int check(const Flags& flags, std::ostream& out) {
  SourceReader reader = reader_of(flags);
  bool any = false;
  bool any_failed = false;
  for (const std::string& source : flags.sources) {
    try {
      const NamedDigits digits = reader.read(source);
      std::vector<std::string> oddities = digits.remarks;
      std::ranges::move(oddities_of(digits.digits, flags.form), std::back_inserter(oddities));
      for (const std::string& oddity : oddities) {
        out << one_line(source + ": " + oddity) << '\n';
        any = true;
      }
      spdlog::info(
          "{}: {}{}{}", one_line(source), images_text(digits.digits.size()),
          digits.others == 0 ? "" : ", " + files_text(digits.others) + " labelled as not a digit",
          oddities.empty() ? ", nothing odd" : "");
    } catch (const Error& error) {  // the others are checked anyway
      any_failed = true;
      print_error(error.what());
    }
    flush_results(out);
  }
  if (any_failed) return kFailure;
  return any ? kConditionMet : kSuccess;
}

fs::path images_file(const Flags& flags) { return flags.out + "-images-idx3-ubyte"; }
fs::path labels_file(const Flags& flags) { return flags.out + "-labels-idx1-ubyte"; }

// Before minutes of reading. Throws Error{kUsage}.
void check_output(const Flags& flags) {
  if (flags.verb == "check") return;
  const fs::file_type type = type_at(flags.out);
  const bool is_folder = type == fs::file_type::directory;
  const bool is_free = type == fs::file_type::not_found;
  if (flags.verb == "idx") {
    if (is_folder || flags.out.ends_with('/')) {
      throw Error(ErrorKind::kUsage, "is a folder: --out is the common prefix of the two files",
                  flags.out);
    }
    for (const fs::path& file : {images_file(flags), labels_file(flags)}) {
      if (!is_there(file)) continue;
      throw Error(ErrorKind::kUsage, "already exists: choose another --out, or remove it",
                  file.string());
    }
  } else if (flags.verb == "pictures") {
    std::error_code ignored;
    if (is_free || (is_folder && fs::is_empty(flags.out, ignored))) return;
    throw Error(ErrorKind::kUsage, "is not an empty folder: choose another --out", flags.out);
  } else if (flags.verb == "suspects") {
    if (is_free || is_folder) return;
    throw Error(ErrorKind::kUsage, "is not a folder: choose another --out", flags.out);
  } else if (flags.verb == "sheet") {
    if (is_folder) throw Error(ErrorKind::kUsage, "is a folder: --out is a PNG file", flags.out);
    // Never overwrites an input given as --out by mistake.
    const Bytes png = {0x89, 'P', 'N', 'G'};
    if (type != fs::file_type::regular) return;
    if (read_beginning(flags.out, png.size()) == png) return;
    throw Error(ErrorKind::kUsage, "is not a PNG file: choose another --out", flags.out);
  }
}

void write_idx(const NamedDigits& digits, const Flags& flags, std::ostream& out) {
  const auto count = static_cast<std::uint32_t>(digits.digits.size());
  const auto* pixels = digits.digits.images.data_ptr<std::uint8_t>();
  const auto* label = digits.digits.labels.data_ptr<std::int64_t>();
  const Bytes images =
      serialize_idx(IdxImages{.count = count,
                              .rows = kDigitSide,
                              .columns = kDigitSide,
                              .pixels = {pixels, pixels + digits.digits.images.numel()}});
  const Bytes labels = serialize_idx(IdxLabels{.labels = {label, label + count}});
  const fs::path folder = images_file(flags).parent_path();
  if (!folder.empty()) make_folders(folder);
  write_file_atomically(images_file(flags), images);
  try {
    write_file_atomically(labels_file(flags), labels);
  } catch (const Error&) {  // images without labels are useless
    std::error_code ignored;
    fs::remove(images_file(flags), ignored);
    throw;
  }
  out << images_file(flags).string() << '\n' << labels_file(flags).string() << '\n';
}

// <number>_label<d>.png, which sort in the digits' order, and which every program accepts.
void write_pictures(const NamedDigits& digits, const Flags& flags, std::ostream& out) {
  make_folders(flags.out);
  const auto* label = digits.digits.labels.data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < digits.digits.size(); ++row) {
    const std::string name =
        six_digits(static_cast<std::size_t>(row)) + "_label" + std::to_string(label[row]) + ".png";
    const fs::path file = fs::path(flags.out) / name;
    write_file_atomically(file, encode_png(picture_of(digits.digits, row)));
    out << file.string() << '\n';
  }
}

// Evenly spread over all of them, since they may come class by class.
void write_sheet(const NamedDigits& digits, const Flags& flags, std::ostream& out) {
  constexpr std::int64_t kShown = 200;
  const std::int64_t all = digits.digits.size();
  const std::int64_t count = std::min(all, flags.count.value_or(kShown));
  const auto* label = digits.digits.labels.data_ptr<std::int64_t>();
  std::vector<chart::SheetPicture> pictures;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i * all / count;
    pictures.push_back({.image = chart::on_paper(picture_of(digits.digits, row)),
                        .caption = flags.digit ? "" : std::to_string(label[row])});
  }
  const std::string title = (count < all ? std::to_string(count) + " of " : "") + images_text(all) +
                            (flags.digit ? " labelled " + std::to_string(*flags.digit) : "");
  const std::vector<std::uint8_t> sheet = chart::draw_png(chart::contact_sheet(
      title, pictures,
      {.columns = 20, .side = 42.0, .captions = !flags.digit, .description = title}));
  const fs::path folder = fs::path(flags.out).parent_path();
  if (!folder.empty()) make_folders(folder);
  if (write_file_atomically(flags.out, sheet) == Written::kFile) out << flags.out << '\n';
}

}  // namespace

int run(const Flags& flags, std::ostream& out) {
  set_up_logging(flags.common);
  check_output(flags);
  set_allowed_threads(flags.device.threads, 0, 0);
  if (flags.verb == "check") return check(flags, out);
  if (flags.verb == "suspects") {
    const SuspectsJob job = resolve_suspects(flags);
    return find_suspects(job, read_all(flags), out);
  }
  const NamedDigits digits = read_all(flags);
  if (flags.verb == "idx") write_idx(digits, flags, out);
  if (flags.verb == "pictures") write_pictures(digits, flags, out);
  if (flags.verb == "sheet") write_sheet(digits, flags, out);
  flush_results(out);
  return digits.any_unreadable ? kFailure : kSuccess;
}

}  // namespace mnist::app::data
