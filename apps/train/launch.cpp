#include "train/launch.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include "mnist/base/error.h"

namespace mnist::app::train {
namespace {

// A launcher, and the variables in which it tells each process its place.
struct Launcher {
  const char* size;
  const char* rank;
  const char* local_size;
  const char* local_rank;
};

constexpr std::array kLaunchers = {
    Launcher{"WORLD_SIZE", "RANK", "LOCAL_WORLD_SIZE", "LOCAL_RANK"},
    Launcher{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE",
             "OMPI_COMM_WORLD_LOCAL_RANK"},
    // The step's, not the job's: a batch script that calls the program without srun starts one
    // process.
    Launcher{"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_STEP_TASKS_PER_NODE", "SLURM_LOCALID"},
};

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? nullptr : value;
}

std::optional<int> number(const char* name, int least, int most) {
  const char* value = variable(name);
  if (value == nullptr) return std::nullopt;
  // Slurm says how many tasks its nodes have as "4(x3),2": 4 on the first.
  std::string_view text = value;
  if (std::string_view(name) == "SLURM_STEP_TASKS_PER_NODE") {
    text = text.substr(0, text.find_first_of("(,"));
  }
  int parsed = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || parsed < least ||
      parsed > most) {
    throw Error(ErrorKind::kUsage, "the environment variable " + std::string(name) +
                                       " must be a whole number from " + std::to_string(least) +
                                       " to " + std::to_string(most) + ", not '" + value + "'");
  }
  return parsed;
}

// The first host of Slurm's "node[03-07,11],other1": node03.
std::string first_host(std::string_view list) {
  const auto end = list.find_first_of("[,");
  if (end == std::string_view::npos || list[end] == ',') return std::string(list.substr(0, end));
  const std::string_view numbers = list.substr(end + 1);
  return std::string(list.substr(0, end)) +
         std::string(numbers.substr(0, numbers.find_first_of(",-]")));
}

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

std::string meeting_address(const Launch& launch) {
  if (const char* given = variable("MASTER_ADDR")) return given;
  if (launch.local_size == launch.size) return "127.0.0.1";
  if (const char* nodes = variable("SLURM_STEP_NODELIST")) return first_host(nodes);
  throw Error(ErrorKind::kUsage, "there are " + std::to_string(launch.size) +
                                     " processes, but the environment variable MASTER_ADDR does "
                                     "not say on which machine rank 0 is");
}

}  // namespace

std::optional<Launch> launch_from_environment() {
  constexpr int kMostProcesses = 1 << 20;
  for (const Launcher& launcher : kLaunchers) {
    const auto size = number(launcher.size, 1, kMostProcesses);
    if (!size) continue;
    if (*size == 1) return std::nullopt;
    const auto rank = number(launcher.rank, 0, *size - 1);
    if (!rank) {
      throw Error(ErrorKind::kUsage, "the environment variable " + std::string(launcher.size) +
                                         " says that there are " + std::to_string(*size) +
                                         " processes, but " + launcher.rank + " is not set");
    }
    Launch launch;
    launch.size = *size;
    launch.rank = *rank;
    const auto local_size = number(launcher.local_size, 1, *size);
    launch.local_size = local_size.value_or(1);
    launch.address = meeting_address(launch);
    const bool one_machine = is_loopback(launch.address);
    if (!local_size && one_machine) launch.local_size = *size;
    launch.local_rank = number(launcher.local_rank, 0, *size - 1).value_or(one_machine ? *rank : 0);
    launch.port = static_cast<std::uint16_t>(number("MASTER_PORT", 1, 65535).value_or(launch.port));
    const char* agent = variable("TORCHELASTIC_USE_AGENT_STORE");
    launch.meeting_place_is_open = agent != nullptr && std::string_view(agent) == "True";
    if (const char* restarts = variable("TORCHELASTIC_RESTART_COUNT")) launch.attempt = restarts;
    return launch;
  }
  return std::nullopt;
}

std::string describe(const Launch& launch) {
  std::array<char, 256> host{};
  const bool known = gethostname(host.data(), host.size() - 1) == 0;
  return "rank " + std::to_string(launch.rank) + " of " + std::to_string(launch.size) +
         (known ? " (" + std::string(host.data()) + ")" : "");
}

}  // namespace mnist::app::train
