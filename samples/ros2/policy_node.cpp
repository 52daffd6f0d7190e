/*
 * A ROS 2 lifecycle node around libactionable.so: images and the robot's state in, the newest action out at a steady rate. docs/ros2.md describes it.
 *
 * Threads that do not wait for each other: callbacks put the newest image, state and goal aside; the policy thread acts on each new image; a timer
 * publishes the newest action; and transitions and swaps, which take long, run beside them. Each has a callback group of its own.
 */
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <diagnostic_msgs/msg/diagnostic_array.hpp>
#include <rclcpp/rclcpp.hpp>
#include <rclcpp_lifecycle/lifecycle_node.hpp>
#include <sensor_msgs/msg/image.hpp>
#include <std_msgs/msg/float32_multi_array.hpp>

#include "actionable.hpp"

using rclcpp_lifecycle::LifecycleNode;
using rclcpp_lifecycle::node_interfaces::LifecycleNodeInterface;
using Image = sensor_msgs::msg::Image;
using Numbers = std_msgs::msg::Float32MultiArray;
using Diagnostics = diagnostic_msgs::msg::DiagnosticArray;
using Actions = rclcpp_lifecycle::LifecyclePublisher<Numbers>;

class PolicyNode : public LifecycleNode {
public:
  PolicyNode() : LifecycleNode("actionable_policy") {
    declare_parameter("model", "");
    declare_parameter("device", "cpu");
    declare_parameter("rate_hz", 100.0);
    declare_parameter("budget_ms", 0.0);
    declare_parameter("deadline_ms", 500.0);
    declare_parameter("max_image_age_ms", 500.0);
    declare_parameter("core", -1);
    declare_parameter("priority", 0);
  }
  ~PolicyNode() override { stop(); }

  /* Ends deciding and publishing; the last action that the robot gets is the hold action. Any thread may call it. */
  void stop() {
    const std::lock_guard<std::mutex> transition(transitions_);
    timer_.reset();
    seconds_.reset();
    {
      // An action that is on its way out goes first; none comes after the hold action.
      const std::lock_guard<std::mutex> guard(sending_);
      if (sends_) send(*actions_, model_.hold);
      sends_ = false;
    }
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      running_ = false;
    }
    changed_.notify_all();
    if (deciding_.joinable()) deciding_.join();
  }

private:
  using CallbackReturn = LifecycleNodeInterface::CallbackReturn;

  CallbackReturn on_configure(const rclcpp_lifecycle::State &) override {
    try {
      actionable::options options;
      const std::string device = get_parameter("device").as_string();
      options.device = device.c_str();
      options.budget_ms = get_parameter("budget_ms").as_double();
      options.deadline_ms = get_parameter("deadline_ms").as_double();
      options.max_image_age_ms = get_parameter("max_image_age_ms").as_double();
      policy_ = std::make_shared<actionable::policy>(get_parameter("model").as_string(), options);
    } catch (const actionable::error &wrong) {
      RCLCPP_ERROR(get_logger(), "%s", wrong.what());
      return CallbackReturn::FAILURE;
    }
    model_ = policy_->describe();
    RCLCPP_INFO(get_logger(), "%s on %s, camera %dx%d", model_.network, model_.device, model_.camera_width, model_.camera_height);

    // A swap takes the default group for as long as it reads and warms up the new model: images must not wait behind it.
    taking_ = create_callback_group(rclcpp::CallbackGroupType::MutuallyExclusive);
    publishing_ = create_callback_group(rclcpp::CallbackGroupType::MutuallyExclusive);
    rclcpp::SubscriptionOptions taking;
    taking.callback_group = taking_;
    // Old images are worth nothing: keep one, and do not ask the camera to send again.
    const auto newest = rclcpp::SensorDataQoS().keep_last(1);
    images_ = create_subscription<Image>("image", newest, [this](Image::ConstSharedPtr image) { put(image, image_); }, taking);
    states_ = create_subscription<Numbers>("state", newest, [this](Numbers::ConstSharedPtr state) { put(*state); }, taking);
    // The goal must arrive, even when it was sent before this node was there.
    const auto kept = rclcpp::QoS(1).reliable().transient_local();
    goals_ = create_subscription<Image>("goal", kept, [this](Image::ConstSharedPtr goal) { put(goal, goal_); }, taking);
    actions_ = create_publisher<Numbers>("action", rclcpp::QoS(1).reliable());
    diagnostics_ = create_publisher<Diagnostics>("/diagnostics", rclcpp::QoS(1).reliable());
    swaps_ = add_on_set_parameters_callback([this](const std::vector<rclcpp::Parameter> &parameters) { return swap(parameters); });
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_activate(const rclcpp_lifecycle::State &state) override {
    const double rate = get_parameter("rate_hz").as_double();
    if (!(rate > 0 && rate <= 10000)) {
      RCLCPP_ERROR(get_logger(), "rate_hz is %g: give a rate above 0, at most 10000", rate);
      return CallbackReturn::FAILURE;
    }
    LifecycleNode::on_activate(state);
    const std::lock_guard<std::mutex> transition(transitions_);
    policy_->reset();
    running_ = sends_ = true;
    deciding_ = std::thread([this] { decide(); });
    // A callback may still be running when its timer is gone: each holds the policy and the publisher that it uses.
    const auto period = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(1 / rate));
    timer_ = create_wall_timer(period, [this, policy = policy_, to = actions_] { publish(*policy, *to); }, publishing_);
    seconds_ = create_wall_timer(std::chrono::seconds(1), [this, policy = policy_, to = diagnostics_] { report(*policy, *to); }, taking_);
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_deactivate(const rclcpp_lifecycle::State &state) override {
    stop();
    LifecycleNode::on_deactivate(state);
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_cleanup(const rclcpp_lifecycle::State &) override {
    release();
    return CallbackReturn::SUCCESS;
  }

  /* From any state: an active node is not deactivated first. */
  CallbackReturn on_shutdown(const rclcpp_lifecycle::State &state) override {
    release();
    LifecycleNode::on_deactivate(state);
    return CallbackReturn::SUCCESS;
  }

  /* A transition threw; the node is unconfigured afterwards. */
  CallbackReturn on_error(const rclcpp_lifecycle::State &state) override { return on_shutdown(state); }

  void release() {
    stop();
    swaps_.reset();
    images_.reset();
    states_.reset();
    goals_.reset();
    policy_.reset();
    const std::lock_guard<std::mutex> guard(mutex_);
    image_.reset();
    goal_.reset();
    std::fill(std::begin(state_), std::end(state_), unknown);
  }

  void put(const Numbers &state) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (state.data.size() == ACTIONABLE_STATE) std::memcpy(state_, state.data.data(), sizeof state_);
  }

  void put(const Image::ConstSharedPtr &image, Image::ConstSharedPtr &place) {
    if (image->encoding != "rgb8" || image->step != image->width * 3) {
      RCLCPP_WARN_THROTTLE(get_logger(), *get_clock(), 1000, "an image of encoding %s: convert it to rgb8 without padding", image->encoding.c_str());
      return;
    }
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      place = image;
    }
    changed_.notify_one();
  }

  /* ROS stamps images by the time of day; the library wants CLOCK_MONOTONIC. */
  int64_t captured_ns(const Image &image) {
    return actionable::now_ns() - (get_clock()->now() - rclcpp::Time(image.header.stamp, get_clock()->get_clock_type())).nanoseconds();
  }

  /* The policy thread: the only one inside set_goal and act. */
  void decide() {
    try {
      actionable::prepare_thread(static_cast<int>(get_parameter("core").as_int()), static_cast<int>(get_parameter("priority").as_int()));
    } catch (const actionable::error &wrong) {
      RCLCPP_WARN(get_logger(), "%s", wrong.what());
    }
    for (std::unique_lock<std::mutex> guard(mutex_);;) {
      changed_.wait(guard, [this] { return !running_ || image_ || goal_; });
      if (!running_) return;
      const Image::ConstSharedPtr image = std::move(image_), goal = std::move(goal_);
      image_.reset();
      goal_.reset();
      actionable::observation seen = {};
      std::memcpy(seen.state, state_, sizeof state_);
      guard.unlock();
      actionable::status status = ACTIONABLE_OK;
      if (goal) status = policy_->set_goal(goal->data.data(), goal->data.size());
      if (image && status == ACTIONABLE_OK) {
        seen.image = image->data.data();
        seen.image_bytes = image->data.size();
        seen.captured_ns = captured_ns(*image);
        actionable::decision decision;
        status = policy_->act(seen, decision);
      }
      if (status > ACTIONABLE_HELD) RCLCPP_WARN_THROTTLE(get_logger(), *get_clock(), 1000, "%s", policy_->message().c_str());
      guard.lock();
    }
  }

  /* The control side: never waits for the policy; after deadline_ms without a decision this is the hold action. */
  void publish(const actionable::policy &policy, Actions &to) {
    // Only stop() holds this otherwise.
    const std::lock_guard<std::mutex> guard(sending_);
    if (!sends_) return;
    actionable::decision newest;
    policy.newest(newest);
    send(to, newest.action);
  }

  static void send(Actions &to, const float (&numbers)[ACTIONABLE_ACTION]) {
    Numbers action;
    action.data.assign(std::begin(numbers), std::end(numbers));
    to.publish(action);
  }

  void report(const actionable::policy &policy, rclcpp_lifecycle::LifecyclePublisher<Diagnostics> &to) {
    actionable::counters counted;
    policy.read(counted);
    diagnostic_msgs::msg::DiagnosticStatus status;
    status.name = get_name();
    status.level = counted.held + counted.watchdog > held_ ? status.WARN : status.OK;
    held_ = counted.held + counted.watchdog;
    const auto add = [&status](const char *name, uint64_t value) {
      diagnostic_msgs::msg::KeyValue pair;
      pair.key = name;
      pair.value = std::to_string(value);
      status.values.push_back(pair);
    };
    add("decisions", counted.decisions);
    add("held", counted.held);
    add("late", counted.late);
    add("stale_image", counted.stale_image);
    add("watchdog", counted.watchdog);
    add("fault", counted.fault);
    add("p99_us", static_cast<uint64_t>(policy.latency(0.99) / 1000));
    Diagnostics message;
    message.header.stamp = get_clock()->now();
    message.status.push_back(status);
    to.publish(message);
  }

  /* ros2 param set /actionable_policy model NEW: swaps while the loop goes on; a bad file is refused and the old model stays. */
  rcl_interfaces::msg::SetParametersResult swap(const std::vector<rclcpp::Parameter> &parameters) {
    rcl_interfaces::msg::SetParametersResult result;
    result.successful = true;
    for (const auto &parameter : parameters) {
      if (parameter.get_name() != "model") continue;
      try {
        policy_->swap(parameter.as_string());
      } catch (const actionable::error &wrong) {
        result.successful = false;
        result.reason = wrong.what();
      }
    }
    return result;
  }

  static constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

  std::shared_ptr<actionable::policy> policy_;
  actionable::description model_ = {};
  std::mutex transitions_, sending_, mutex_;
  std::condition_variable changed_;
  Image::ConstSharedPtr image_, goal_;
  // Until one has come the policy holds, for it is not finite.
  float state_[ACTIONABLE_STATE] = {unknown, unknown};
  bool running_ = false, sends_ = false;
  uint64_t held_ = 0;
  std::thread deciding_;
  rclcpp::Subscription<Image>::SharedPtr images_, goals_;
  rclcpp::Subscription<Numbers>::SharedPtr states_;
  std::shared_ptr<Actions> actions_;
  rclcpp_lifecycle::LifecyclePublisher<Diagnostics>::SharedPtr diagnostics_;
  rclcpp::CallbackGroup::SharedPtr taking_, publishing_;
  rclcpp::TimerBase::SharedPtr timer_, seconds_;
  rclcpp::node_interfaces::OnSetParametersCallbackHandle::SharedPtr swaps_;
};

int main(int count, char **arguments) {
  rclcpp::init(count, arguments);
  auto node = std::make_shared<PolicyNode>();
  // When the process is told to end, the hold action goes out while publishing still works.
  rclcpp::contexts::get_global_default_context()->add_pre_shutdown_callback([weak = std::weak_ptr<PolicyNode>(node)] {
    if (const auto alive = weak.lock()) alive->stop();
  });
  // One thread for each group of callbacks.
  rclcpp::executors::MultiThreadedExecutor executor(rclcpp::ExecutorOptions(), 3);
  executor.add_node(node->get_node_base_interface());
  executor.spin();
  rclcpp::shutdown();
}
