"""What other programs call our fields, in English and Chinese, folded as `fold_header` does."""

from __future__ import annotations

import re
import unicodedata

#: Our field, then the headers that mean it; the first entity field that exists wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        "full name", "title", "subject", "company", "company name", "organization",
        "organization name", "organisation name", "security", "名称", "姓名", "客户名称", "公司",
        "公司名称", "单位名称", "产品名称", "商机名称", "主题", "联系人姓名", "标题",
    ),
    "external_id": (
        "id", "external id", "record id", "legacy id", "source id", "number", "no", "编号", "外部编号",
        "外部id", "客户编号", "联系人编号", "商机编号", "产品编号", "记录编号",
    ),
    "owner": (
        "sales agent", "agent", "assigned to", "sales rep", "salesperson", "account manager",
        "responsible", "account owner", "deal owner", "contact owner", "record owner", "owner name",
        "owner email", "负责人", "所有人", "销售", "销售员", "业务员", "客户经理", "跟进人", "归属人",
    ),
    "parent": (
        "subsidiary of", "parent account", "parent company", "member of", "parent", "上级客户",
        "母公司", "上级公司", "所属集团",
    ),
    "industry": ("sector", "gics sector", "branch", "行业", "所属行业"),
    "category": ("series", "type", "product category", "product line", "kind", "类别", "类型", "产品系列", "客户类型", "分类"),
    "revenue": ("annual revenue", "turnover", "sales revenue", "年收入", "年营业额", "营业额", "营收"),
    "employees": ("number of employees", "no of employees", "staff", "headcount", "员工数", "人数", "员工人数", "公司规模"),
    "founded": ("year established", "established", "year founded", "founding year", "成立年份", "成立时间", "创立年份"),
    "country": (
        "office location", "billing country", "mailing country", "nation", "location", "国家",
        "所在国家", "国家地区",
    ),
    "street": ("address", "billing street", "billing address", "mailing street", "street address", "地址", "详细地址", "街道"),
    "city": ("town", "billing city", "mailing city", "城市", "所在城市", "市"),
    "state": ("province", "region", "billing state", "mailing state", "省", "省份", "州"),
    "postal_code": (
        "zip", "zip code", "postcode", "billing code", "billing postal code", "billing zip",
        "mailing zip", "mailing postal code", "邮编", "邮政编码",
    ),
    "shipping_street": ("shipping address", "收货地址"),
    "shipping_postal_code": ("shipping code", "shipping zip"),
    "website": ("web site", "url", "homepage", "web", "company domain name", "domain", "网站", "网址", "官网"),
    "phone": ("telephone", "tel", "phone number", "office phone", "work phone", "电话", "联系电话", "座机", "办公电话"),
    "mobile": ("mobile phone", "cell", "cell phone", "mobile number", "手机", "手机号", "手机号码"),
    "email": ("e mail", "mail", "email address", "e mail address", "邮箱", "电子邮箱", "电子邮件"),
    "wechat": ("we chat", "wechat id", "微信", "微信号"),
    "birthday": ("birth date", "birthdate", "date of birth", "生日", "出生日期"),
    "job_title": ("position", "role", "contact title", "职位", "职务", "头衔"),
    "department": ("dept", "部门", "所在部门"),
    "salutation": ("title of courtesy", "mr ms", "称谓", "称呼"),
    "account": ("company", "company name", "account name", "customer", "client", "organization", "organization name", "客户", "客户名称", "公司", "公司名称", "所属客户"),
    "contact": ("contact name", "contact person", "联系人", "联系人姓名"),
    "product": ("product name", "item", "产品", "产品名称", "商品"),
    "pipeline": ("sales pipeline", "sales process", "管道", "销售管道", "销售流程"),
    "stage": ("deal stage", "sales stage", "stage name", "opportunity stage", "phase", "阶段", "销售阶段", "商机阶段"),
    "amount": ("close value", "value", "deal value", "deal amount", "opportunity amount", "sum", "total", "金额", "商机金额", "预计金额", "成交金额", "销售金额"),
    "amount_currency": ("currency", "currency code", "currency iso code", "币种", "货币"),
    "price_currency": ("currency", "currency code", "币种", "货币"),
    "revenue_currency": ("currency", "currency code", "币种", "货币"),
    "engaged_on": ("engage date", "engaged", "engagement date", "start date", "接洽日期", "跟进日期", "立项日期"),
    "close_date": ("expected close date", "closing date", "closed on", "close", "关闭日期", "预计成交日期", "成交日期", "结单日期"),
    "next_step": ("next action", "下一步"),
    "reason": ("loss reason", "lost reason", "win reason", "输单原因", "赢单原因"),
    "source": ("lead source", "deal source", "origin", "来源", "线索来源", "客户来源"),
    "price": ("sales price", "unit price", "list price", "cost", "单价", "价格", "售价"),
    "code": ("product code", "sku", "part number", "article number", "product no", "产品编码", "货号"),
    "unit": ("usage unit", "unit of measure", "quantity per unit", "单位", "计量单位"),
    "manufacturer": ("maker", "brand", "厂商", "制造商", "品牌"),
    "vendor_part_number": ("vendor part no", "供应商料号"),
    "sold": ("product active", "active", "for sale", "在售", "启用"),
    "tax_number": ("vat", "vat number", "tax id", "vat id", "税号", "纳税人识别号", "统一社会信用代码"),
    "bank_name": ("bank", "开户行", "开户银行"),
    "bank_account": ("account number", "iban", "bank account number", "银行账号", "银行账户"),
    "invoice_title": ("发票抬头",),
    "registered_address": ("注册地址",),
    "description": ("notes", "note", "comment", "comments", "remarks", "details", "描述", "备注", "说明"),
    "due_at": ("due", "due date", "deadline", "截止日期", "到期日"),
    "starts_at": ("start", "start time", "starts", "开始时间"),
    "ends_at": ("end", "end time", "ends", "结束时间"),
}  # fmt: skip
#: What other programs call our entities: "opportunity_id" is the external id of a deal.
ENTITY_WORDS: dict[str, tuple[str, ...]] = {
    "accounts": ("account", "company", "customer", "organization", "客户", "公司"),
    "contacts": ("contact", "person", "联系人"),
    "deals": ("deal", "opportunity", "potential", "商机", "机会", "交易"),
    "products": ("product", "item", "产品", "商品"),
    "activities": ("activity", "task", "event", "活动", "任务"),
    "pipelines": ("pipeline", "管道"),
    "stages": ("stage", "阶段"),
}


def fold_header(header: str) -> str:
    """A header without case, width, punctuation and the joints of camelCase: "Close value"."""
    text = unicodedata.normalize("NFKC", header)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[\W_]+", " ", text).casefold().strip()
