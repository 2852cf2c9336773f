output "addons" {
  description = "Versions of the add-ons by name."
  value       = { for name, addon in aws_eks_addon.this : name => addon.addon_version }
}

output "controller_roles" {
  description = "Roles of the controllers by name."
  value       = { for name, role in aws_iam_role.controller : name => role.arn }
}
