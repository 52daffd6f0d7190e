return ActionableModels.Cli.CommandLine.Run(args);
