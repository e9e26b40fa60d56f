#include "mnist/parallel/process_group.h"

#include "mnist/base/error.h"

#ifdef MNIST_HAVE_C10D_GLOO

#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include <netdb.h>
#include <sys/socket.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <unistd.h>
#ifdef MNIST_HAVE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace mnist {
namespace {

// What happened, from "[../gloo/transport/tcp/pair.cc:598] Connection closed by peer [::1]:4321".
std::string reason_of(const std::exception& error) {
  std::string text = error.what();
  text = text.substr(0, text.find('\n'));
  if (text.starts_with('[')) {
    const auto end = text.find("] ");
    if (end != std::string::npos) text = text.substr(end + 2);
  }
  return text;
}

// The address of this machine on the interface that leads to `host`. Gloo's own choice is the
// address of the machine's name: on Debian that is 127.0.1.1, which no other machine can reach.
std::string address_towards(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;  // connecting sends nothing: it only chooses the interface
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    throw Error(ErrorKind::kIo, "no address is known for '" + host + "'");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const int descriptor = socket(address->ai_family, address->ai_socktype, 0);
    if (descriptor < 0) continue;
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    auto* own_address = reinterpret_cast<sockaddr*>(&own);
    char name[NI_MAXHOST] = "";
    const bool known =
        connect(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
        getsockname(descriptor, own_address, &length) == 0 &&
        getnameinfo(own_address, length, name, sizeof name, nullptr, 0, NI_NUMERICHOST) == 0;
    close(descriptor);
    if (known) return name;
  }
  throw Error(ErrorKind::kIo, "no network leads to '" + host + "'");
}

// LibTorch 2.4 and later listen with libuv unless told otherwise, even if built without it.
template <class Options>
void listen_without_libuv(Options& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

class ProcessGroup : public Communicator {
 public:
  explicit ProcessGroup(const ProcessGroupOptions& options) : options_(options) {
    c10d::TCPStoreOptions store_options;
    store_options.port = options.port;
    store_options.isServer = options.opens_store;
    store_options.waitWorkers = false;
    store_options.timeout = options.timeout;
    listen_without_libuv(store_options);
    store_ = c10::make_intrusive<c10d::PrefixStore>(
        options.name, c10::make_intrusive<c10d::TCPStore>(options.address, store_options));
    auto gloo = c10d::ProcessGroupGloo::Options::create();
    gloo->timeout = options.timeout;
    gloo->threads = 1;  // exchanges come one after the other
    gloo->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(
        address_towards(options.address, options.port)));
    gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, options.rank, options.size,
                                                        std::move(gloo));
  }

  int rank() const override { return options_.rank; }
  int size() const override { return options_.size; }

  void all_reduce_sum(const torch::Tensor& tensor) override {
    exchange(tensor, [](auto& group, auto& tensors) { return group.allreduce(tensors); });
  }

  void broadcast(const torch::Tensor& tensor) override {
    exchange(tensor, [](auto& group, auto& tensors) { return group.broadcast(tensors); });
  }

 private:
  template <typename Operation>
  void exchange(const torch::Tensor& tensor, const Operation& operation) {
    if (tensor.numel() == 0) return;
    try {
#ifdef MNIST_HAVE_C10D_NCCL
      if (tensor.is_cuda()) {
        std::vector<torch::Tensor> tensors = {tensor};
        operation(nccl(), tensors)->wait();
        return;
      }
#endif
      std::vector<torch::Tensor> tensors = {tensor.to(torch::kCPU)};
      operation(*gloo_, tensors)->wait();
      if (!tensors.front().is_same(tensor)) tensor.copy_(tensors.front());
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kIo, "lost contact with the other processes: " + reason_of(error));
    }
  }

#ifdef MNIST_HAVE_C10D_NCCL
  c10d::ProcessGroupNCCL& nccl() {
    if (!nccl_) {
      auto options = c10d::ProcessGroupNCCL::Options::create();
      options->timeout = options_.timeout;
      nccl_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(store_, options_.rank, options_.size,
                                                          std::move(options));
    }
    return *nccl_;
  }

  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl_;  // made for the first tensor on CUDA
#endif
  ProcessGroupOptions options_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
};

}  // namespace

bool has_process_groups() { return true; }

std::unique_ptr<Communicator> join_process_group(const ProcessGroupOptions& options) {
  try {
    return std::make_unique<ProcessGroup>(options);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kIo, "the processes did not find each other at " + options.address +
                                    ":" + std::to_string(options.port) + ": " + reason_of(error));
  }
}

}  // namespace mnist

#else

namespace mnist {

bool has_process_groups() { return false; }

std::unique_ptr<Communicator> join_process_group(const ProcessGroupOptions&) {
  throw Error(ErrorKind::kUnsupported,
              "this build trains in one process only: its LibTorch or its headers lack Gloo");
}

}  // namespace mnist

#endif
