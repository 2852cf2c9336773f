resource "aws_acm_certificate" "this" {
  domain_name               = var.public_host
  subject_alternative_names = ["*.${var.public_host}"]
  validation_method         = "DNS"
  tags                      = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # Domain and wildcard are proved by one and the same record.
  proofs = {
    for option in aws_acm_certificate.this.domain_validation_options :
    option.domain_name => option if option.domain_name == var.public_host
  }
}

resource "aws_route53_record" "proof" {
  for_each = toset(var.proves_domain ? [var.public_host] : [])

  zone_id = var.zone_id
  name    = local.proofs[each.key].resource_record_name
  type    = local.proofs[each.key].resource_record_type
  records = [local.proofs[each.key].resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn = aws_acm_certificate.this.arn
  depends_on      = [aws_route53_record.proof]
}

# Whoever steals a mailbox of the domain still gets no certificate for it.
resource "aws_route53_record" "authority" {
  for_each = toset(var.proves_domain && length(var.authorities) > 0 ? [var.public_host] : [])

  zone_id = var.zone_id
  name    = each.key
  type    = "CAA"
  ttl     = 3600
  records = flatten([for authority in var.authorities : ["0 issue \"${authority}\"", "0 issuewild \"${authority}\""]])
}

# A minute, so that a workspace that moves to another cell is there at once.
resource "aws_route53_record" "workspace" {
  for_each = var.workspace_records

  zone_id = var.zone_id
  name    = "${each.key}.${var.public_host}"
  type    = "CNAME"
  ttl     = 60
  records = [each.value]
}
