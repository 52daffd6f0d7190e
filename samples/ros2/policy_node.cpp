/*
 * A ROS 2 lifecycle node around libactionable.so: images and the robot's state in, the newest action out at a steady rate. docs/ros2.md describes it.
 *
 * Three threads that do not wait for each other: the executor's callbacks put the newest image, state and goal aside; the policy thread acts on each
 * new image; a timer, in a callback group of its own, publishes the newest action.
 */
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
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
      policy_.emplace(get_parameter("model").as_string(), options);
    } catch (const actionable::error &wrong) {
      RCLCPP_ERROR(get_logger(), "%s", wrong.what());
      return CallbackReturn::FAILURE;
    }
    model_ = policy_->describe();
    RCLCPP_INFO(get_logger(), "%s on %s, camera %dx%d", model_.network, model_.device, model_.camera_width, model_.camera_height);

    // Old images are worth nothing: keep one, and do not ask the camera to send again.
    images_ = create_subscription<Image>("image", rclcpp::SensorDataQoS().keep_last(1), [this](Image::ConstSharedPtr image) { put(image, image_); });
    states_ = create_subscription<Numbers>("state", rclcpp::SensorDataQoS().keep_last(1), [this](Numbers::ConstSharedPtr state) {
      const std::lock_guard<std::mutex> guard(mutex_);
      if (state->data.size() == ACTIONABLE_STATE) std::memcpy(state_, state->data.data(), sizeof state_);
    });
    // The goal must arrive, even when it was sent before this node was there.
    goals_ = create_subscription<Image>("goal", rclcpp::QoS(1).reliable().transient_local(), [this](Image::ConstSharedPtr goal) { put(goal, goal_); });
    actions_ = create_publisher<Numbers>("action", rclcpp::QoS(1).reliable());
    diagnostics_ = create_publisher<Diagnostics>("/diagnostics", rclcpp::QoS(1).reliable());
    swaps_ = add_on_set_parameters_callback([this](const std::vector<rclcpp::Parameter> &parameters) { return swap(parameters); });
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_activate(const rclcpp_lifecycle::State &state) override {
    LifecycleNode::on_activate(state);
    policy_->reset();
    running_ = true;
    deciding_ = std::thread([this] { decide(); });
    publishing_ = create_callback_group(rclcpp::CallbackGroupType::MutuallyExclusive);
    const std::chrono::duration<double> period(1 / get_parameter("rate_hz").as_double());
    timer_ = create_wall_timer(std::chrono::duration_cast<std::chrono::nanoseconds>(period), [this] { publish(); }, publishing_);
    seconds_ = create_wall_timer(std::chrono::seconds(1), [this] { report(); });
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_deactivate(const rclcpp_lifecycle::State &state) override {
    stop();
    LifecycleNode::on_deactivate(state);
    return CallbackReturn::SUCCESS;
  }

  CallbackReturn on_cleanup(const rclcpp_lifecycle::State &) override {
    stop();
    swaps_.reset();
    images_.reset();
    states_.reset();
    goals_.reset();
    policy_.reset();
    return CallbackReturn::SUCCESS;
  }

  void stop() {
    timer_.reset();
    seconds_.reset();
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      running_ = false;
    }
    changed_.notify_all();
    if (deciding_.joinable()) deciding_.join();
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
  void publish() {
    actionable::decision newest;
    policy_->newest(newest);
    Numbers action;
    action.data.assign(newest.action, newest.action + ACTIONABLE_ACTION);
    actions_->publish(action);
  }

  void report() {
    actionable::counters counted;
    policy_->read(counted);
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
    add("p99_us", static_cast<uint64_t>(policy_->latency(0.99) / 1000));
    Diagnostics message;
    message.header.stamp = get_clock()->now();
    message.status.push_back(status);
    diagnostics_->publish(message);
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

  std::optional<actionable::policy> policy_;
  actionable::description model_ = {};
  std::mutex mutex_;
  std::condition_variable changed_;
  Image::ConstSharedPtr image_, goal_;
  float state_[ACTIONABLE_STATE] = {};
  bool running_ = false;
  uint64_t held_ = 0;
  std::thread deciding_;
  rclcpp::Subscription<Image>::SharedPtr images_, goals_;
  rclcpp::Subscription<Numbers>::SharedPtr states_;
  rclcpp_lifecycle::LifecyclePublisher<Numbers>::SharedPtr actions_;
  rclcpp_lifecycle::LifecyclePublisher<Diagnostics>::SharedPtr diagnostics_;
  rclcpp::CallbackGroup::SharedPtr publishing_;
  rclcpp::TimerBase::SharedPtr timer_, seconds_;
  rclcpp::node_interfaces::OnSetParametersCallbackHandle::SharedPtr swaps_;
};

int main(int count, char **arguments) {
  rclcpp::init(count, arguments);
  auto node = std::make_shared<PolicyNode>();
  rclcpp::executors::MultiThreadedExecutor executor;
  executor.add_node(node->get_node_base_interface());
  executor.spin();
  rclcpp::shutdown();
}
