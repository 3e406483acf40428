//! The command line: one file per verb, and the only room that prints.
//!
//! The doc comments on arguments are the help texts that users read, hence Chinese. Nothing is loaded before a
//! verb needs it, so that `hetong --help` answers at once.
//!
//! May use: everything.

mod bind;
mod build;
mod check;
mod diff;
mod diff_folders;
mod diff_tell;
mod explain;
mod explain_figure;
mod figure_text;
mod new;
mod only;
mod output;
mod progress;
mod reply;
mod schema;
mod settle;
mod settle_tell;
mod stop;
mod usage;
mod verify;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use crate::diagnostics::RuleInfo;
use crate::input::discovery;
use crate::input::workbook::is_guarded;
use crate::rules::RULES;
use output::Output;

/// Help of a verb with positional arguments.
const VERB_HELP_WITH_ARGUMENTS: &str =
    "{about}\n\n用法：{usage}\n\n参数：\n{positionals}\n\n选项：\n{options}\n";
const HELP: &str = "{about}\n\n用法：{usage}\n\n命令：\n{subcommands}\n\n选项：\n{options}{after-help}\n";
const EXIT_CODES: &str = "退出码：0 没有错误；1 有错误；2 无法运行。\n\
    “hetong <命令> --help”显示该命令的说明。";

/// 合同编译器：检查案卷（YAML 和报价表），计算全部金额，生成整套合同
#[derive(Debug, Parser)]
#[command(name = "hetong", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
#[command(override_usage = "hetong [选项] <命令>", help_template = HELP, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,

    /// 使用此目录中的合同模板，而不是内置的模板
    #[arg(long, global = true, value_name = "目录")]
    templates: Option<PathBuf>,

    /// 彩色输出：auto（默认，只在终端上）、always、never
    #[arg(long, global = true, value_name = "方式", value_enum, default_value_t)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    color: ColorChoice,

    /// 显示说明
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,

    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    New(new::Args),
    Check(check::Args),
    Build(build::Args),
    Settle(settle::Args),
    Diff(diff::Args),
    Verify(verify::Args),
    Explain(explain::Args),
    Schema(schema::Args),
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On terminals.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a command that ran has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to mend: exit code 0.
    Clean,
    /// At least one error among the findings: exit code 1.
    Findings,
}

impl Outcome {
    /// From whether there were errors.
    pub fn of(has_errors: bool) -> Self {
        if has_errors { Outcome::Findings } else { Outcome::Clean }
    }
}

/// Why a command could not run, in one Chinese sentence; exit code 2.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub String);

/// Before anything is written: output goes neither into a case nor around one.
fn apart(output: &Path, cases: &[PathBuf]) -> Result<(), Failure> {
    discovery::apart(output, cases).map_err(|error| Failure(error.to_string()))
}

/// What every verb is given.
pub(crate) struct Session<'a> {
    /// Where it prints.
    pub output: &'a mut Output,
    /// `--templates`.
    pub templates: Option<PathBuf>,
}

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(tell_panic));
    let mut output = Output::standard();
    let code = run_with(std::env::args_os(), &mut output);
    ExitCode::from(if output.finish() { code } else { 2 })
}

/// A fault of ours, in words a user can pass on; a workbook that broke its reader is a finding and told as one.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    if !is_guarded() && !crate::verify::is_guarded() {
        let panic = crate::diagnostics::human::visible(&panic.to_string());
        eprintln!("程序内部错误，没有改动任何文件；请把案卷和这段文字发给维护者：{panic}");
    }
}

/// Runs the program with these arguments; returns its exit code.
fn run_with(arguments: impl IntoIterator<Item = OsString>, output: &mut Output) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(stop) => return usage::answer(&stop, output),
    };
    output.set_colour(cli.color);
    let mut session = Session { output, templates: cli.templates };
    let done = match &cli.verb {
        Verb::New(args) => new::run(args, &mut session),
        Verb::Check(args) => check::run(args, &mut session),
        Verb::Build(args) => build::run(args, &mut session),
        Verb::Settle(args) => settle::run(args, &mut session),
        Verb::Diff(args) => diff::run(args, &mut session),
        Verb::Verify(args) => verify::run(args, &mut session),
        Verb::Explain(args) => explain::run(args, &mut session),
        Verb::Schema(args) => schema::run(args, &mut session),
    };
    match done {
        Ok(Outcome::Clean) => 0,
        Ok(Outcome::Findings) => 1,
        Err(Failure(message)) => {
            output.error(&message);
            2
        }
    }
}

/// What is known about all rules, for `explain` and SARIF.
fn rule_infos() -> Vec<RuleInfo> {
    RULES.iter().map(|rule| rule.info).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// Exit code, standard output, standard error.
    fn hetong(arguments: &[&str]) -> (u8, String, String) {
        let (out, err) = (Shared::default(), Shared::default());
        let mut output = Output::to(out.clone(), err.clone());
        let arguments = ["hetong"].iter().chain(arguments).map(OsString::from);
        let code = run_with(arguments, &mut output);
        (code, out.text(), err.text())
    }

    #[test]
    fn commands_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_is_chinese_throughout() {
        let verbs = Cli::command().get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>();
        assert_eq!(verbs, ["new", "check", "build", "settle", "diff", "verify", "explain", "schema"]);
        let root = hetong(&["--help"]);
        assert_eq!((root.0, root.2.as_str()), (0, ""));
        let mut texts = vec![root.1];
        for verb in &verbs {
            texts.push(hetong(&[verb, "-h"]).1);
        }
        for text in texts {
            assert!(text.contains("用法：hetong "), "{text}");
            for english in
                ["Usage", "Options", "Commands", "OPTIONS", "Arguments", "default", "Print", "possible"]
            {
                assert!(!text.contains(english), "{english}: {text}");
            }
        }
    }

    #[test]
    fn root_help() {
        insta::assert_snapshot!(hetong(&["--help"]).1, @r#"
        合同编译器：检查案卷（YAML 和报价表），计算全部金额，生成整套合同

        用法：hetong [选项] <命令>

        命令：
          new      新建案卷：带说明的 合同.yaml，和给供应商填的空白报价表
          check    检查案卷，列出全部问题
          build    检查案卷并生成整套合同（PDF 和 XLSX）
          settle   按月结算：生成全部案卷当月的结算单（PDF 和 XLSX）和结算汇总
          diff     列出签订后的调整改变了什么，并生成变更对照表（PDF 和 XLSX）
          verify   核对生成的文件：读回 PDF 和 XLSX，由案卷重新计算，逐字逐格比较
          explain  解释一条规则，或案卷里的一个数是怎么算出来的；什么都不写时列出全部规则
          schema   输出 合同.yaml 或委托订单的 JSON Schema，编辑器用它补全和检查

        选项：
              --templates <目录>  使用此目录中的合同模板，而不是内置的模板
              --color <方式>      彩色输出：auto（默认，只在终端上）、always、never
          -h, --help              显示说明
          -V, --version           显示版本

        退出码：0 没有错误；1 有错误；2 无法运行。
        “hetong <命令> --help”显示该命令的说明。
        "#);
    }

    #[test]
    fn build_help() {
        insta::assert_snapshot!(hetong(&["build", "--help"]).1, @r#"
        检查案卷并生成整套合同（PDF 和 XLSX）

        用法：hetong build [选项] <案卷|目录>…

        参数：
          <案卷|目录>...  案卷文件夹，或含有多个案卷的文件夹

        选项：
          -o, --output <目录>     生成到此目录，默认 output
              --final             生成正式稿：没有水印和空白；有错误或空白时拒绝生成
              --only <文件,…>     只生成这些文件，如“附件3,附件5”；“订单”是全部委托订单，“补充协议”是全部补充协议，也可写订单编号
              --font-dir <目录>   从此目录取中文字体，而不是从系统
              --templates <目录>  使用此目录中的合同模板，而不是内置的模板
              --color <方式>      彩色输出：auto（默认，只在终端上）、always、never
          -h, --help              显示说明
        "#);
    }

    #[test]
    fn settle_help() {
        insta::assert_snapshot!(hetong(&["settle", "--help"]).1, @r#"
        按月结算：生成全部案卷当月的结算单（PDF 和 XLSX）和结算汇总

        用法：hetong settle [选项] --month <月份> <目录>…

        参数：
          <目录>...  含有案卷的文件夹，或案卷文件夹

        选项：
              --month <月份>          结算的月份，如 2026-03；工时和考核在案卷的“结算/<月份>/”里
          -o, --output <目录>         生成到此目录下的“结算-<月份>”，默认 output
              --issue                 开具：结算单不再是草稿，并记入案卷的台账
              --amend <原因>          更正已经开具、现在结果不同的结算单，写明原因；与 --issue 一起用
              --only <供应商|订单,…>  只做这些供应商或订单，如“星河示例,DD-2026-003”，编号有重复的写“星河示例/DD-2026-003”；汇总仍包括全部案卷
              --bind                  以前的版本写的台账认定不了是哪份合同的：显示合同编号、供应商和余额，确认以后记入台账；不结算
              --yes <合同编号>        不提问就确认 --bind，须写出案卷的合同编号
              --font-dir <目录>       从此目录取中文字体，而不是从系统
              --templates <目录>      使用此目录中的合同模板，而不是内置的模板
              --color <方式>          彩色输出：auto（默认，只在终端上）、always、never
          -h, --help                  显示说明
        "#);
    }

    #[test]
    fn diff_help() {
        insta::assert_snapshot!(hetong(&["diff", "--help"]).1, @r#"
        列出签订后的调整改变了什么，并生成变更对照表（PDF 和 XLSX）

        用法：hetong diff [选项] <案卷|目录>
              hetong diff [选项] <旧的文件夹> <新的文件夹>

        参数：
          <案卷|目录>   案卷文件夹，或含有多个案卷的文件夹
          [新的文件夹]  给出第二个路径时，对照两个输出文件夹（或两个 PDF、两个 XLSX）：前一个是旧的，后一个是新的；生成到“对照-<旧>-<新>”里

        选项：
              --at <日期>         只对照到这一天已经生效的调整，如 2026-09-15；默认全部
          -o, --output <目录>     生成到此目录，默认 output
              --font-dir <目录>   从此目录取中文字体，而不是从系统
              --templates <目录>  使用此目录中的合同模板，而不是内置的模板
              --color <方式>      彩色输出：auto（默认，只在终端上）、always、never
          -h, --help              显示说明
        "#);
    }

    #[test]
    fn version() {
        assert_eq!(hetong(&["-V"]), (0, format!("hetong {}\n", env!("CARGO_PKG_VERSION")), String::new()));
    }

    #[test]
    fn wrong_usage_is_told_in_chinese() {
        let wrong = |arguments: &[&str]| {
            let (code, out, err) = hetong(arguments);
            assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
            err
        };
        let all = [
            wrong(&["chek"]),
            wrong(&["check"]),
            wrong(&["check", "a", "--fromat", "json"]),
            wrong(&["check", "a", "--format", "xml"]),
            wrong(&["check", "a", "--format"]),
            wrong(&["check", "a", "--format", "json", "--format", "json"]),
            wrong(&["new", "a", "b"]),
            wrong(&["build", "a", "--final=yes"]),
            wrong(&["settle", "a"]),
            wrong(&["settle", "a", "--month", "2026-03", "--amend", "补录"]),
        ];
        insta::assert_snapshot!(all.join(""), @r#"
        错误：没有命令“chek”
          是不是 check？
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：缺少参数 <案卷|目录>...
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：不认识参数“--fromat”
          是不是 --format？
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：参数 --format <格式> 的值“xml”不对
          可以是：human、json、sarif
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：参数 --format <格式> 缺少值
          可以是：human、json、sarif
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：参数 --format <格式> 只能给一次
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：多余的参数“b”
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：参数 --final 不能带值“yes”
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：缺少参数 --month <月份>
          用“hetong --help”或“hetong <命令> --help”查看用法
        错误：缺少参数 --issue
          用“hetong --help”或“hetong <命令> --help”查看用法
        "#);
    }

    #[test]
    fn without_arguments_the_help_is_shown_as_an_error() {
        let (code, out, err) = hetong(&[]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("命令："), "{err}");
    }
}
