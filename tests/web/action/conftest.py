from tests.web.measured import as_head, as_province, example, head, plain_static, province

__all__ = ["as_head", "as_province", "example", "head", "plain_static", "province"]
