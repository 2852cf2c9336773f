output "topic_arn" {
  description = "Where alarms go."
  value       = aws_sns_topic.alarms.arn
  depends_on  = [aws_sns_topic_policy.alarms]
}

output "application_log_group" {
  description = "Log group of the pods, or null."
  value       = try(aws_cloudwatch_log_group.cluster["application"].name, null)
}
