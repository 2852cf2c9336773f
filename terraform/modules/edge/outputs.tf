output "certificate_arn" {
  description = "The certificate, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "waf_arn" {
  description = "The web application firewall, for the ingress."
  value       = aws_wafv2_web_acl.this.arn
}
