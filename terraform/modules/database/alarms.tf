locals {
  gib = 1024 * 1024 * 1024
  alarms = {
    cpu = {
      metric      = "CPUUtilization"
      comparison  = "GreaterThanThreshold"
      threshold   = 80
      statistic   = "Average"
      description = "the processor is busy beyond 80 % for a quarter of an hour"
    }
    connections = {
      metric      = "DatabaseConnections"
      comparison  = "GreaterThanThreshold"
      threshold   = floor(var.max_connections * 0.8)
      statistic   = "Maximum"
      description = "four in five connections are taken"
    }
    memory = {
      metric      = "FreeableMemory"
      comparison  = "LessThanThreshold"
      threshold   = local.gib / 2
      statistic   = "Minimum"
      description = "less than 512 MiB of memory are free"
    }
    storage = {
      metric      = "FreeStorageSpace"
      comparison  = "LessThanThreshold"
      threshold   = floor(var.storage_gib * local.gib * 0.08)
      statistic   = "Minimum"
      description = "storage runs out and did not grow by itself"
    }
    # Thousands of schemas make thousands of tables to vacuum; at two thousand million it stops.
    transactions = {
      metric      = "MaximumUsedTransactionIDs"
      comparison  = "GreaterThanThreshold"
      threshold   = 1000000000
      statistic   = "Maximum"
      description = "half of the transaction numbers are used: vacuum falls behind"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "primary" {
  for_each = local.alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = "PostgreSQL of ${var.name}: ${each.value.description}"
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "lag" {
  for_each = var.replicas

  alarm_name          = "${var.name}-replica-${each.key}-lag"
  alarm_description   = "The replica ${each.key} of ${var.name} is more than a minute behind"
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.replica[each.key].identifier }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 60
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  tags                = var.tags
}

resource "aws_db_event_subscription" "this" {
  name        = "${var.name}-database"
  sns_topic   = var.alarm_topic_arn
  source_type = "db-instance"
  source_ids  = concat([aws_db_instance.this.identifier], [for replica in aws_db_instance.replica : replica.identifier])
  event_categories = [
    "availability",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "notification",
    "recovery",
  ]
  tags = var.tags
}
