locals {
  of_cluster = { ClusterName = var.cluster_name }
  alarms = {
    errors = {
      says       = "The product logged more than ten errors in five minutes."
      namespace  = "Clientele/${var.name}"
      metric     = "Errors"
      dimensions = {}
      statistic  = "Sum"
      operator   = "GreaterThanThreshold"
      threshold  = 10
      minutes    = 5
      periods    = 1
      missing    = "notBreaching"
    }
    silence = {
      says       = "No log line of any pod arrived for a quarter of an hour: the collector or everything is down."
      namespace  = "AWS/Logs"
      metric     = "IncomingLogEvents"
      dimensions = { LogGroupName = "/aws/containerinsights/${coalesce(var.cluster_name, "-")}/application" }
      statistic  = "Sum"
      operator   = "LessThanThreshold"
      threshold  = 1
      minutes    = 5
      periods    = 3
      missing    = "breaching"
    }
    pods = {
      says       = "Fewer pods of the product run than the chart asks for at least."
      namespace  = "ContainerInsights"
      metric     = "namespace_number_of_running_pods"
      dimensions = merge(local.of_cluster, { Namespace = var.namespace })
      statistic  = "Minimum"
      operator   = "LessThanThreshold"
      threshold  = var.least_pods
      minutes    = 1
      periods    = 5
      missing    = "breaching"
    }
    nodes-failed = {
      says       = "A node of the cluster is broken."
      namespace  = "ContainerInsights"
      metric     = "cluster_failed_node_count"
      dimensions = local.of_cluster
      statistic  = "Maximum"
      operator   = "GreaterThanThreshold"
      threshold  = 0
      minutes    = 1
      periods    = 5
      missing    = "notBreaching"
    }
    nodes-cpu = {
      says       = "The nodes are at 85 % of their CPU for a quarter of an hour: the most nodes are reached, or scaling is stuck."
      namespace  = "ContainerInsights"
      metric     = "node_cpu_utilization"
      dimensions = local.of_cluster
      statistic  = "Average"
      operator   = "GreaterThanThreshold"
      threshold  = 85
      minutes    = 5
      periods    = 3
      missing    = "notBreaching"
    }
    nodes-memory = {
      says       = "The nodes are at 85 % of their memory for a quarter of an hour."
      namespace  = "ContainerInsights"
      metric     = "node_memory_utilization"
      dimensions = local.of_cluster
      statistic  = "Average"
      operator   = "GreaterThanThreshold"
      threshold  = 85
      minutes    = 5
      periods    = 3
      missing    = "notBreaching"
    }
    nodes-disk = {
      says       = "A node's disk is at 80 %."
      namespace  = "ContainerInsights"
      metric     = "node_filesystem_utilization"
      dimensions = local.of_cluster
      statistic  = "Maximum"
      operator   = "GreaterThanThreshold"
      threshold  = 80
      minutes    = 5
      periods    = 2
      missing    = "notBreaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.cluster_name != null }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.minutes * 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}
