from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "waspada_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        from waspada_web.accounts import records  # noqa: F401 - connects the receivers
