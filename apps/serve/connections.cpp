// Sockets wait in an epoll set, level-triggered; a socket leaves it while a worker has it.
// Deadlines are checked ten times a second: there are at most some hundred connections.
// Shutting a socket down ends whatever a worker does with it, which is how drain() hurries them.
#include "serve/connections.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/base/thread.h"

namespace mnist::app::serve {
namespace {

constexpr int kTick = 100;                             // milliseconds
constexpr std::chrono::milliseconds kLingering{1000};  // for a peer to read a refusal
constexpr std::chrono::milliseconds kWriting{5000};    // for a peer to take an answer
constexpr std::chrono::milliseconds kLastWords{500};   // for answers after give_up()
constexpr std::string_view kEndOfHead = "\r\n\r\n";

}  // namespace

Connection::~Connection() { close(socket_); }

bool Connection::receive(std::size_t most) {
  char bytes[4096];
  while (buffer_.size() < most) {
    const ssize_t n = recv(socket_, bytes, std::min(sizeof bytes, most - buffer_.size()), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (n == 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(n));
  }
  return true;
}

bool Connection::wait(short events, Clock::time_point until) const {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    pollfd end{socket_, events, 0};
    const int ready = poll(&end, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ssize_t Connection::read(char* bytes, std::size_t size) {
  if (taken_ < buffer_.size()) {  // some callers take a byte at a time
    const std::size_t n = std::min(size, buffer_.size() - taken_);
    std::memcpy(bytes, buffer_.data() + taken_, n);
    taken_ += n;
    consumed_ += n;
    return static_cast<ssize_t>(n);
  }
  while (true) {
    const ssize_t n = recv(socket_, bytes, size, 0);
    if (n >= 0) {
      consumed_ += static_cast<std::size_t>(n);
      return n;
    }
    const bool empty = errno == EAGAIN || errno == EWOULDBLOCK;
    if (errno != EINTR && (!empty || !wait(POLLIN, deadline_))) return -1;
  }
}

bool Connection::write(std::string_view bytes) {
  return send_until(bytes, Clock::now() + kWriting);
}

bool Connection::send_until(std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const ssize_t n = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
    if (errno != EINTR && (!full || !wait(POLLOUT, until))) return false;
  }
  return true;
}

Connections::Connections(const ConnectionLimits& limits, Answer answer, Refusal refusal)
    : limits_(limits),
      answer_(std::move(answer)),
      refusal_(std::move(refusal)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    throw Error(ErrorKind::kIo, "cannot wait for connections: " + system_reason(errno));
  }
  try {
    start();
  } catch (...) {
    stop();  // the destructor will not run
    throw;
  }
}

Connections::~Connections() {
  if (!threads_.empty()) drain([] {});
  close(wake_);
  close(epoll_);
}

void Connections::start() {
  threads_.reserve(static_cast<std::size_t>(limits_.workers) + 1);
  threads_.push_back(start_thread([this] { work(); }));
  threads_.push_back(start_thread([this] { hold(); }));
  try {
    for (int i = 1; i < limits_.workers; ++i) {
      threads_.push_back(start_thread([this] { work(); }));
    }
  } catch (const Error&) {
    // Fewer will do.
  }
  const std::lock_guard lock(mutex_);
  const int workers = static_cast<int>(threads_.size()) - 1;
  most_posts_ = std::max(1, workers - (workers > 4 ? 2 : 1));
}

// Ends threads that have nothing to do yet.
void Connections::stop() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  ready_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  close(wake_);
  close(epoll_);
}

void Connections::wake() const {
  const std::uint64_t one = 1;
  // A full counter also wakes it.
  [[maybe_unused]] const ssize_t ignored = write(wake_, &one, sizeof one);
}

void Connections::add(int socket) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  // Head and body are written separately: the body must not wait for the head's acknowledgement.
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  hand_back(std::make_unique<Connection>(socket));
}

void Connections::hand_back(Held connection) {
  {
    const std::lock_guard lock(mutex_);
    arrived_.push_back(std::move(connection));
  }
  wake();
}

void Connections::drain(std::function<void()> give_up) {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    drain_end_ = Connection::Clock::now() + limits_.drain;
    give_up_ = std::move(give_up);
  }
  wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Connections::hold() {
  while (true) {
    handle_events();
    std::vector<Held> arrived;
    bool draining = false;
    {
      const std::lock_guard lock(mutex_);
      arrived = std::exchange(arrived_, {});
      draining = draining_;
    }
    take_in(std::move(arrived));
    end_late(draining);
    refuse_late();
    if (draining) cut_off();

    const std::lock_guard lock(mutex_);
    const bool idle = waiting_.empty() && arrived_.empty() && quick_.empty() && posts_.empty();
    if (draining && idle && in_work_.empty()) finished_ = true;
    if (finished_) break;
  }
  ready_changed_.notify_all();
}

void Connections::handle_events() {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTick);
  if (count < 0 && errno != EINTR) std::this_thread::sleep_for(std::chrono::milliseconds(kTick));
  for (int i = 0; i < count; ++i) {
    if (events[static_cast<std::size_t>(i)].data.fd != wake_) {
      on_readable(events[static_cast<std::size_t>(i)].data.fd);
      continue;
    }
    std::uint64_t ignored = 0;
    while (read(wake_, &ignored, sizeof ignored) > 0) {
    }
  }
}

// Ends connections that wait for a head, or for the peer to close.
void Connections::end_late(bool draining) {
  std::vector<int> late;
  const auto now = Connection::Clock::now();
  for (const auto& [socket, connection] : waiting_) {
    const bool idle = connection->state_ == Connection::State::kIdle;
    if (connection->deadline_ <= now || (draining && idle)) late.push_back(socket);
  }
  for (const int socket : late) on_deadline(*waiting_.at(socket));
}

// Refuses requests that have waited too long for a worker.
void Connections::refuse_late() {
  std::vector<Held> late;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Connection::Clock::now();
    for (std::deque<Held>* queue : {&quick_, &posts_}) {
      while (!queue->empty() && queue->front()->deadline_ <= now) {
        late.push_back(std::move(queue->front()));
        queue->pop_front();
      }
    }
  }
  for (const Held& connection : late) refuse(*connection, 503);
  take_in(std::move(late));
}

// When the time for draining is over: waits for nobody.
void Connections::cut_off() {
  const auto now = Connection::Clock::now();
  std::function<void()> give_up;
  {
    const std::lock_guard lock(mutex_);
    if (now < drain_end_) return;
    give_up = std::exchange(give_up_, nullptr);
    for (std::deque<Held>* queue : {&quick_, &posts_}) {
      for (const Held& connection : *queue) connection->deadline_ = now;
    }
    if (now >= drain_end_ + kLastWords) {
      for (const int socket : in_work_) shutdown(socket, SHUT_RDWR);
    }
  }
  if (give_up) give_up();
  if (now >= drain_end_ + kLastWords) waiting_.clear();
}

// Connections arrive with state_ kIdle (new, or after a request) or kLingering.
void Connections::take_in(std::vector<Held> arrived) {
  for (Held& held : arrived) {
    if (!has_room()) continue;  // closes it
    Connection& connection = *held;
    connection.buffer_.erase(0, std::exchange(connection.taken_, 0));
    const int socket = connection.socket_;
    const bool lingers = connection.state_ == Connection::State::kLingering;
    connection.deadline_ = Connection::Clock::now() + (lingers ? kLingering : limits_.idle);
    epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = socket}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) {
      if (!lingers) refuse(connection, 503);
      continue;  // closes it
    }
    waiting_.insert_or_assign(socket, std::move(held));
    // The next request may have arrived together with the last one.
    if (!lingers) on_readable(socket);
  }
}

// If there is none, closes the connection that matters least: the longest idle, else the one
// next to its deadline.
bool Connections::has_room() {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + quick_.size() + posts_.size() < limits_.most) return true;
  }
  if (waiting_.empty()) return false;
  const auto least = std::ranges::min_element(waiting_, {}, [](const auto& entry) {
    const Connection& connection = *entry.second;
    return std::pair(connection.state_ != Connection::State::kIdle, connection.deadline_);
  });
  waiting_.erase(least);
  return true;
}

bool Connections::becomes_request(Connection& connection) const {
  // Empty lines before a request are to be ignored (RFC 9112, 2.2).
  while (connection.buffer_.starts_with("\r\n")) connection.buffer_.erase(0, 2);
  const std::size_t end = connection.buffer_.find(kEndOfHead);
  if (end == std::string::npos) return false;
  connection.head_size_ = end + kEndOfHead.size();
  connection.has_body_ =
      !connection.buffer_.starts_with("GET ") && !connection.buffer_.starts_with("HEAD ");
  connection.consumed_ = 0;
  return true;
}

void Connections::on_readable(int socket) {
  const auto found = waiting_.find(socket);
  if (found == waiting_.end()) return;
  Connection& connection = *found->second;
  if (connection.state_ == Connection::State::kLingering) {
    connection.buffer_.clear();
    if (!connection.receive(limits_.head_bytes)) drop(socket);
    return;
  }
  const bool open = connection.receive(limits_.head_bytes);
  if (!becomes_request(connection)) {
    if (!open) {
      drop(socket);
    } else if (connection.buffer_.size() >= limits_.head_bytes) {
      refuse(connection, 431);
    } else if (!connection.buffer_.empty() && connection.state_ == Connection::State::kIdle) {
      connection.state_ = Connection::State::kHead;
      connection.deadline_ = Connection::Clock::now() + limits_.head;
    }
    return;
  }
  if (epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr) != 0) return drop(socket);
  connection.state_ = Connection::State::kRequest;
  connection.deadline_ = Connection::Clock::now() + limits_.turn;
  Held held = std::move(found->second);
  waiting_.erase(found);
  const std::lock_guard lock(mutex_);
  connection.last_ = draining_ || ++connection.answered_ >= limits_.requests;
  (connection.has_body_ ? posts_ : quick_).push_back(std::move(held));
  ready_changed_.notify_one();
}

void Connections::on_deadline(Connection& connection) {
  if (connection.state_ == Connection::State::kHead) {
    refuse(connection, 408);
  } else {
    drop(connection.socket_);
  }
}

void Connections::refuse(Connection& connection, int status) {
  // No waiting here: it fits the socket's buffer.
  connection.send_until(refusal_(status), Connection::Clock::now());
  shutdown(connection.socket_, SHUT_WR);
  connection.state_ = Connection::State::kLingering;
  connection.deadline_ = Connection::Clock::now() + kLingering;
}

bool Connections::can_work() const {
  return !quick_.empty() || (!posts_.empty() && posts_in_work_ < most_posts_);
}

void Connections::work() {
  while (true) {
    Held connection;
    {
      std::unique_lock lock(mutex_);
      ready_changed_.wait(lock, [&] { return finished_ || can_work(); });
      if (!can_work()) return;
      std::deque<Held>& queue = quick_.empty() ? posts_ : quick_;
      connection = std::move(queue.front());
      queue.pop_front();
      connection->deadline_ = Connection::Clock::now() + limits_.request;
      in_work_.insert(connection->socket_);
      if (connection->has_body_) ++posts_in_work_;
    }
    const Next next = answer_(*connection);
    if (next == Next::kLinger) {
      shutdown(connection->socket_, SHUT_WR);
      connection->state_ = Connection::State::kLingering;
    } else {
      connection->state_ = Connection::State::kIdle;
    }
    const std::lock_guard lock(mutex_);
    in_work_.erase(connection->socket_);  // before it is closed: its number may be reused
    if (connection->has_body_) --posts_in_work_;
    if (!posts_.empty()) ready_changed_.notify_one();
    if (next != Next::kClose) arrived_.push_back(std::move(connection));
    wake();
  }
}

}  // namespace mnist::app::serve
