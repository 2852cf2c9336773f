output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "ready_name" {
  description = "The same, known only once the cluster has nodes: what add-ons wait for."
  value       = aws_eks_cluster.this.name
  depends_on  = [aws_eks_node_group.this]
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "security_group_id" {
  description = "Security group of control plane, nodes and pods."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "Identity provider of the service accounts."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "node_role_arn" {
  description = "Role of the nodes."
  value       = aws_iam_role.node.arn
}

output "service_roles" {
  description = "Roles of the service accounts by process: {name, arn}."
  value       = { for process, role in aws_iam_role.service : process => { name = role.name, arn = role.arn } }
}
