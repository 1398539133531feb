"""The list of commands: its chapters, exit codes, and what becomes of one that fails."""

from typing import Any

import click

from genkan.cli.failure import Failure

EXIT_CODES = {
    0: "yes, or done",
    1: "no: no answer, stopped, lost",
    2: "the command was not understood",
    3: "refused, input that cannot be read, or nothing that is called so",
    4: "this machine cannot",
    5: "the site is not up",
    70: "a bug in genkan",
}
EPILOG = (
    "Exit codes: "
    + "; ".join(f"{code} {means}" for code, means in EXIT_CODES.items())
    + '.\n\n\b\nCompletion, in bash (zsh, fish):\n  eval "$(_GENKAN_COMPLETE=bash_source genkan)"'
)
CHAPTERS = {
    "Begin and end": ("check", "demo", "up", "status", "down"),
    "Speak AWS to it": ("env", "aws", "account", "quota", "coverage"),
    "Will it work, and why not (nothing is sent)": (
        "trace", "reach", "explain", "findings", "impact", "collect",
    ),
    "Try it from inside": ("exec", "dig", "ping"),
    "What has happened": ("events", "flows", "history", "metrics"),
    "Put programs of this machine in it": ("service", "publish", "unpublish", "attach", "detach"),
}  # fmt: skip


class Commands(click.Group):
    """Turns failures into words and exit codes, and knows what a misspelt command might mean. The
    list of commands is by the questions that they answer."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands))
        for title, names in CHAPTERS.items():
            rows = [
                (name.ljust(width), self.commands[name].get_short_help_str(formatter.width))
                for name in names
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib  # for who mistypes

        near = difflib.get_close_matches(args[0], self.list_commands(ctx))
        if near and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"There is no command {args[0]!r}. Near to it: {', '.join(near)}.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except Failure as failure:
            click.echo(str(failure), err=True)
            ctx.exit(failure.code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            ctx.exit(0)
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            click.echo(
                f"error: this is a bug in genkan: {type(error).__name__}: {error}\n"
                "  try: genkan --debug … shows where it happened",
                err=True,
            )
            ctx.exit(70)
