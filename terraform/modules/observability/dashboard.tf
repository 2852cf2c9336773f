locals {
  graphs = concat(
    [
      { title = "Errors in the log", metrics = [["Clientele/${var.name}", "Errors"]], stat = "Sum" },
      {
        title = "Running pods"
        metrics = [
          ["ContainerInsights", "namespace_number_of_running_pods", "ClusterName", var.cluster_name, "Namespace", var.namespace],
        ]
        stat = "Average"
      },
      {
        title = "Nodes: CPU and memory, %"
        metrics = [
          ["ContainerInsights", "node_cpu_utilization", "ClusterName", var.cluster_name],
          ["ContainerInsights", "node_memory_utilization", "ClusterName", var.cluster_name],
        ]
        stat = "Average"
      },
    ],
    [for title, metric in local.database_metrics : {
      title   = title
      metrics = [["AWS/RDS", metric, "DBInstanceIdentifier", var.database_identifier]]
      stat    = "Maximum"
    } if var.database_identifier != null],
  )

  database_metrics = {
    "Database: connections"  = "DatabaseConnections"
    "Database: CPU, %"       = "CPUUtilization"
    "Database: free storage" = "FreeStorageSpace"
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.clusters

  dashboard_name = "clientele-${var.name}"
  dashboard_body = jsonencode({
    widgets = [for place, graph in local.graphs : {
      type   = "metric"
      x      = 12 * (place % 2)
      y      = 6 * floor(place / 2)
      width  = 12
      height = 6
      properties = {
        title   = graph.title
        region  = data.aws_region.current.name
        metrics = graph.metrics
        stat    = graph.stat
        period  = 60
        view    = "timeSeries"
      }
    }]
  })
}
