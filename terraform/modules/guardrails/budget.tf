resource "aws_budgets_budget" "this" {
  name         = "${var.name}-monthly"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = var.tags

  dynamic "cost_filter" {
    for_each = var.cost_tag != null ? [var.cost_tag] : []

    content {
      name   = "TagKeyValue"
      values = [join("$", ["user:${cost_filter.value.key}", cost_filter.value.value])]
    }
  }

  dynamic "notification" {
    for_each = {
      ACTUAL     = 80
      FORECASTED = 100
    }

    content {
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.alarm_emails
    }
  }
}
