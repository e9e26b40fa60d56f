#include "faults/folder_state.h"

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/safetensors.h"

#include "cli/fixtures.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// By name, since other tensors may have the same bytes.
std::string tensors_of(const fs::path& file) {
  try {
    const Bytes bytes = read_file(file, std::uint64_t{1} << 30);
    std::string content;
    for (const auto& [name, tensor] : parse_safetensors(bytes, kLongestHeaderBytes).tensors) {
      content.append(name).append(tensor.data.begin(), tensor.data.end());
    }
    return content;
  } catch (const Error&) {
    return kDamaged;
  }
}

bool are_json(const std::string& text) {
  const auto lines = lines_of(text);
  return std::ranges::all_of(lines, [](const auto& line) { return json::accept(line); });
}

std::string content_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name == "checkpoint" || name.ends_with(".safetensors")) return tensors_of(file);
  const std::string text = read_text(file);
  const auto whole = [](bool is_whole) { return is_whole ? kWhole : kDamaged; };
  if (name == "train.log") return kWhole;  // lines are added to it
  if (name.ends_with(".json")) return whole(json::accept(text));
  if (name == "metrics.jsonl") return whole(are_json(text));
  if (name == "metrics.csv") return whole(text.ends_with('\n'));
  if (name.ends_with(".svg")) return whole(text.ends_with("</svg>\n"));
  if (name.ends_with(".html")) return whole(text.ends_with("</html>\n"));
  return text;
}

}  // namespace

FolderState state_of(const fs::path& folder) {
  FolderState state;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      state[entry.path().lexically_relative(folder).string()] = content_of(entry.path());
    }
  }
  return state;
}

}  // namespace mnist::testing
