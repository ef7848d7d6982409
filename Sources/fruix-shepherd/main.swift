import SupervisionRuntime

Terminal.exit(with: CommandLineRun.run(CommandLine.arguments))
