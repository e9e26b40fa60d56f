#include "mnist/labels/label_list.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/labels/labelled_files.h"

namespace mnist {
namespace {

FolderLock locked(const std::filesystem::path& folder) {
  std::optional<FolderLock> lock = FolderLock::try_lock(folder);
  if (!lock) throw Error(ErrorKind::kIo, "another program is labelling its pictures", folder);
  return std::move(*lock);
}

std::string line_of(const std::string& name, const PlaceLabel& label) {
  nlohmann::ordered_json json = {{"path", name}, {"label", to_word(label.label)}};
  if (label.box) json["box"] = {label.box->x, label.box->y, label.box->width, label.box->height};
  try {
    return json.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::kUsage, "a list can only name pictures whose names are UTF-8");
  }
}

}  // namespace

LabelList::LabelList(const std::filesystem::path& folder) : folder_(folder), lock_(locked(folder)) {
  remove_unfinished_files(folder_);
  if (!is_there(file())) return;
  const Bytes bytes = read_file(file(), kMaxListBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    read_labelled_lines(text, folder_, [&](std::string_view line, LabelledFile labelled) {
      lines_.push_back(
          {std::string(line), std::move(labelled.name), {labelled.label, labelled.box}});
    });
  } catch (const Error& error) {
    throw error.with_path(file().string());
  }
}

std::vector<PlaceLabel> LabelList::labels(const std::string& name) const {
  const std::lock_guard guard(mutex_);
  std::vector<PlaceLabel> found;
  for (const Line& line : lines_) {
    if (line.name == name) found.push_back(line.label);
  }
  return found;
}

std::size_t LabelList::pictures() const {
  const std::lock_guard guard(mutex_);
  std::unordered_set<std::string_view> names;
  for (const Line& line : lines_) names.insert(line.name);
  return names.size();
}

std::map<std::string, std::vector<PlaceLabel>> LabelList::all() const {
  const std::lock_guard guard(mutex_);
  std::map<std::string, std::vector<PlaceLabel>> labels;
  for (const Line& line : lines_) labels[line.name].push_back(line.label);
  return labels;
}

void LabelList::set(const std::string& name, const std::vector<PlaceLabel>& labels) {
  const std::lock_guard guard(mutex_);
  std::vector<Line> lines = lines_;
  std::erase_if(lines, [&](const Line& line) { return line.name == name; });
  for (const PlaceLabel& label : labels) {
    lines.push_back({line_of(name, label), name, label});
    read_labelled_lines(lines.back().text, folder_, [](auto, auto) {});  // whether it can be read
  }
  std::string text;
  for (const Line& line : lines) text.append(line.text).push_back('\n');
  if (text.size() > kMaxListBytes) throw Error(ErrorKind::kIo, "the list is full", file());
  write_file_atomically(file(), text);
  lines_ = std::move(lines);
}

}  // namespace mnist
